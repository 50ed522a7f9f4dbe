import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { digest } from '../../common/crypto/digest.js';
import { PanelSettings } from '../../common/settings/panel-settings.js';
import type { SettingChange } from '../../common/settings/panel-settings.js';
import type { PanelSettingValues } from '../../common/settings/settings-catalogue.js';
import type { Prisma } from '../../generated/prisma/client.js';
import type {
  AdminSettingsResponse,
  FeaturesResponse,
  PanelSettingsResponse,
  UpdatedSettingsResponse,
} from './dto/settings.dto.js';
import { toAdminSettings, toPanelSettings } from './settings.mapper.js';

/** Who changes settings: an account, or null at the command line. */
export interface SettingsAuthor {
  readonly userId: number | null;
  readonly ipAddress?: string;
}

/** Answers that stay the same until a setting changes. Browsers ask for them several times a minute and tab. */
interface Prepared {
  readonly source: Readonly<PanelSettingValues>;
  readonly features: FeaturesResponse;
  readonly settings: PanelSettingsResponse;
  /** Weak entity tag of `settings`. */
  readonly etag: string;
}

/** The panel settings as HTTP shows and changes them. */
@Injectable()
export class SettingsService {
  private prepared: Prepared;

  constructor(
    private readonly settings: PanelSettings,
    private readonly audit: AuditLog,
  ) {
    this.prepared = prepare(settings.all());
  }

  features(): FeaturesResponse {
    return this.current().features;
  }

  publicSettings(): { readonly settings: PanelSettingsResponse; readonly etag: string } {
    return this.current();
  }

  adminSettings(): AdminSettingsResponse {
    return toAdminSettings(this.settings.all());
  }

  /**
   * Changes settings and writes who changed what from which value into the audit log, in one transaction.
   * @throws PanelError 400 naming the setting and the entry that is wrong; nothing is changed then.
   */
  async update(given: Readonly<Record<string, unknown>>, author: SettingsAuthor): Promise<UpdatedSettingsResponse> {
    await this.settings.update(given, (changes, tx) =>
      this.audit.record(
        {
          ...author,
          action: 'admin:settings:update',
          targetType: 'setting',
          metadata: { changes: describe(changes) },
        },
        tx,
      ),
    );
    return { success: true, settings: this.adminSettings() };
  }

  /** The settings object is replaced as a whole whenever something changes, so its identity tells. */
  private current(): Prepared {
    const values = this.settings.all();
    if (this.prepared.source !== values) this.prepared = prepare(values);
    return this.prepared;
  }
}

function prepare(source: Readonly<PanelSettingValues>): Prepared {
  const settings = toPanelSettings(source);
  const hash = Buffer.from(digest(JSON.stringify(settings)))
    .toString('base64url')
    .slice(0, 22);
  return { source, settings, features: { featureToggles: source.featureToggles }, etag: `W/"${hash}"` };
}

type Before = Readonly<Record<string, unknown>>;

/** Old and new value of each changed setting; of the flags only those that changed. */
function describe(changes: readonly SettingChange[]): Prisma.InputJsonObject {
  const entries = changes.flatMap(({ key, before, after }): [string, unknown][] => {
    if (key !== 'featureToggles') return [[key, { before, after }]];
    const old = before as Before;
    return Object.entries(after as Before)
      .filter(([flag, on]) => old[flag] !== on)
      .map(([flag, on]) => [`featureToggles.${flag}`, { before: old[flag] ?? null, after: on }]);
  });
  return Object.fromEntries(entries) as Prisma.InputJsonObject;
}
