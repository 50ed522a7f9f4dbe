import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Config } from '../../config/config.js';

/** Who the panel is to an authenticator: only what is configured counts, never what a request says of itself. */
@Injectable()
export class RelyingParty {
  readonly name: string;
  readonly origins: string[];
  readonly ids: string[];

  constructor(config: Config) {
    this.name = config.env.BRAND_NAME;
    this.origins = config.passkeyOrigins;
    this.ids = config.relyingPartyIds;
  }

  /** The configured id that suits the page: its host, else the longest domain above it, else the first. */
  idFor({ origin, referer }: IncomingHttpHeaders): string {
    const [first = ''] = this.ids;
    const page = origin ?? referer ?? '';
    if (!URL.canParse(page)) return first;
    const host = new URL(page).hostname;
    const suitable = this.ids.filter((id) => host === id || host.endsWith(`.${id}`));
    return suitable.sort((left, right) => right.length - left.length)[0] ?? first;
  }
}
