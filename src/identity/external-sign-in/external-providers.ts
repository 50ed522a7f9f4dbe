import { Injectable } from '@nestjs/common';
import { notFound } from '../../common/errors/panel-error.js';
import { guardedFetch } from '../../common/net/guarded-fetch.js';
import { Config } from '../../config/config.js';
import { GitHub } from '../github/github.service.js';
import type { ExternalProvider } from './external-provider.js';
import { GitHubProvider } from './github.provider.js';
import { OidcProvider } from './oidc.provider.js';

/** The providers of this installation. */
@Injectable()
export class ExternalProviders {
  readonly all: readonly ExternalProvider[];

  constructor(config: Config, github: GitHub) {
    const allowsPrivate = config.env.SIGN_IN_ALLOW_PRIVATE;
    const transport = { fetch: guardedFetch({ allowsPrivate }), allowsHttp: allowsPrivate };
    this.all = config.signInProviders.map((settings) =>
      settings.kind === 'github' ? new GitHubProvider(github, settings.issuer) : new OidcProvider(settings, transport),
    );
  }

  /** @throws PanelError 404 */
  byId(id: string): ExternalProvider {
    const provider = this.all.find((candidate) => candidate.id === id);
    if (provider === undefined) throw notFound('Provider not found', 'external_sign_in.provider_not_found');
    return provider;
  }
}
