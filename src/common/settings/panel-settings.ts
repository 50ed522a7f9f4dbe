import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { badRequest } from '../errors/panel-error.js';
import { EventBus } from '../events/event-bus.js';
import { logger } from '../logging/logger.js';
import type { FeatureName } from '../features/feature-table.js';
import { InvalidSetting, SETTING_KEYS, SETTINGS } from './settings-catalogue.js';
import type { PanelSettingValues, SettingKey } from './settings-catalogue.js';

export type SettingChange = { readonly key: SettingKey; readonly before: unknown; readonly after: unknown };

const NAME_IN_DATABASE: Partial<Record<SettingKey, string>> = { featureToggles: 'panelFeatureToggles' };
const databaseKey = (key: SettingKey): string => NAME_IN_DATABASE[key] ?? key;

/** The panel's settings, answered from memory and reloaded on every replica the moment one of them changes. */
@Injectable()
export class PanelSettings implements OnModuleInit {
  private values: Readonly<PanelSettingValues> = defaults();
  private reloads = 0;
  private latestReload: Promise<void> = Promise.resolve();
  private newestApplied = 0;

  constructor(
    private readonly prisma: PrismaService,
    private readonly bus: EventBus,
  ) {
    bus.on('settings.changed', () => this.reloadInBackground());
    bus.on('bus.reconnected', () => this.reloadInBackground());
  }

  async onModuleInit(): Promise<void> {
    await this.reload();
  }

  get<Key extends SettingKey>(key: Key): PanelSettingValues[Key] {
    return this.values[key];
  }

  all(): Readonly<PanelSettingValues> {
    return this.values;
  }

  isFeatureEnabled(name: FeatureName): boolean {
    return this.values.featureToggles[name];
  }

  /**
   * Changes the given settings in one transaction; unknown keys are ignored, and so is `null` where a setting has no
   * such value.
   * @param given values as they came; `panelFeatureToggles` is accepted for `featureToggles`.
   * @param alongside what belongs into the same transaction (the audit entry); told what really changes.
   * @throws PanelError 400 naming the setting and what is wrong with it; nothing is changed then.
   */
  async update(
    given: Record<string, unknown>,
    alongside?: (changes: readonly SettingChange[], tx: Queryable) => Promise<void>,
  ): Promise<SettingChange[]> {
    const input: Record<string, unknown> = {
      ...given,
      featureToggles: given['featureToggles'] ?? given['panelFeatureToggles'],
    };
    const keys = SETTING_KEYS.filter((key) => isGiven(key, input[key]));
    const changes = await this.prisma.$transaction(async (tx) => {
      // Two admins at once: the second merges over what the first wrote.
      await tx.$executeRaw`LOCK TABLE "PanelSetting" IN SHARE ROW EXCLUSIVE MODE`;
      const current = read(await tx.panelSetting.findMany());
      const planned = keys.map((key) => ({ key, before: current[key], after: parse(key, input[key], current) }));
      const changed = planned.filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after));
      for (const { key, after } of changed) {
        const value = after === null ? Prisma.JsonNull : (after as Prisma.InputJsonValue);
        await tx.panelSetting.upsert({
          where: { key: databaseKey(key) },
          create: { key: databaseKey(key), value },
          update: { value },
        });
      }
      if (changed.length > 0) await alongside?.(changed, tx);
      return changed;
    });
    if (changes.length === 0) return changes;
    // This process is told as well, and begins to reload before `publish` returns.
    this.bus.publish('settings.changed', {});
    await this.latestReload;
    return changes;
  }

  /** Of reloads that overlap the one that began last wins: an earlier one may have read what was true before. */
  private async reload(): Promise<void> {
    const turn = ++this.reloads;
    const values = read(await this.prisma.panelSetting.findMany());
    if (turn < this.newestApplied) return;
    this.newestApplied = turn;
    this.values = values;
  }

  private reloadInBackground(): void {
    this.latestReload = this.reload();
    this.latestReload.catch((error: unknown) => logger.error({ err: error }, 'settings not reloaded'));
  }
}

/** `null` counts as absent, except for settings that are null by default. */
const isGiven = (key: SettingKey, value: unknown): boolean =>
  value !== undefined && (value !== null || SETTINGS[key].default === null);

function defaults(): PanelSettingValues {
  return Object.fromEntries(SETTING_KEYS.map((key) => [key, SETTINGS[key].default])) as unknown as PanelSettingValues;
}

/** Stored values over the defaults; a stored value that is not acceptable any more falls back to the default. */
function read(rows: readonly { key: string; value: unknown }[]): PanelSettingValues {
  const stored = new Map(rows.map((row) => [row.key, row.value]));
  const values = defaults();
  for (const key of SETTING_KEYS) {
    const value = stored.get(databaseKey(key));
    if (value === undefined) continue;
    try {
      Object.assign(values, { [key]: parse(key, value, values) });
    } catch {
      logger.warn({ setting: key }, 'stored setting is not valid, the default applies');
    }
  }
  return values;
}

function parse<Key extends SettingKey>(key: Key, value: unknown, current: PanelSettingValues): PanelSettingValues[Key] {
  try {
    return SETTINGS[key].parse(value, current[key]);
  } catch (error) {
    if (error instanceof InvalidSetting) throw badRequest(`${key} ${error.message}`, 'settings.invalid');
    throw error;
  }
}
