import { Injectable } from '@nestjs/common';
import { Sealer } from '../../common/crypto/sealer.js';
import { badRequest } from '../../common/errors/panel-error.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { SECRET_FIELDS } from './adapters.js';
import type { SettingsField } from './adapters.js';
import type { KopiaSettings, PbsSettings, ResticSettings, S3Settings } from './dto/store-settings.dto.js';

/** What each kind of store needs, secrets included. */
export interface StoreSettings {
  s3: S3Settings & { accessKeyId: string; secretAccessKey: string };
  restic: ResticSettings & { password: string; environment?: Record<string, string> };
  pbs: PbsSettings & { tokenSecret: string };
  kopia: KopiaSettings & { password: string };
}

/** The two columns of a configuration. */
export interface StoredSettings {
  readonly settings: Prisma.InputJsonObject;
  readonly secretsSealed: string | null;
}

const PURPOSE = 'backup-configuration.secrets';

/** Takes settings apart into what may be shown and what is sealed, and puts them together again. */
@Injectable()
export class StoreSecrets {
  constructor(private readonly sealer: Sealer) {}

  /**
   * @param held the sealed secrets so far: those that are not given stay.
   * @throws PanelError 400 when a secret is missing.
   */
  split(field: SettingsField, given: object, held: string | null): StoredSettings {
    const { required, optional } = SECRET_FIELDS[field];
    const secrets: Record<string, unknown> = held === null ? {} : this.open(held);
    const settings: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(given) as [string, unknown][]) {
      if (value === undefined) continue;
      const isSecret = required.includes(name) || optional.includes(name);
      (isSecret ? secrets : settings)[name] = value;
    }
    const missing = required.find((name) => secrets[name] === undefined);
    if (missing !== undefined) {
      throw badRequest(`${field}.${missing} is required`, 'backup_configurations.secret_missing');
    }
    const secretsSealed = this.sealer.seal(JSON.stringify(secrets), PURPOSE);
    return { settings: settings as Prisma.InputJsonObject, secretsSealed };
  }

  /** The settings of a configuration of that kind, secrets included. */
  join<Field extends SettingsField>(
    _field: Field,
    { settings, secretsSealed }: { settings: unknown; secretsSealed: string | null },
  ): StoreSettings[Field] {
    const secrets = secretsSealed === null ? {} : this.open(secretsSealed);
    // Both columns hold what `split` took apart.
    const joined: unknown = { ...(settings as object), ...secrets };
    return joined as StoreSettings[Field];
  }

  private open(sealed: string): Record<string, unknown> {
    return JSON.parse(this.sealer.open(sealed, PURPOSE)) as Record<string, unknown>;
  }
}
