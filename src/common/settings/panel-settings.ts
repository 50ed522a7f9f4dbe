import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
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
   * Changes the given settings in one transaction; unknown keys are ignored.
   * @param given values as they came; `panelFeatureToggles` is accepted for `featureToggles`.
   * @throws PanelError 400 naming the setting and what is wrong with it; nothing is changed then.
   */
  async update(given: Record<string, unknown>): Promise<SettingChange[]> {
    const input = 'panelFeatureToggles' in given ? { featureToggles: given['panelFeatureToggles'], ...given } : given;
    const keys = SETTING_KEYS.filter((key) => input[key] !== undefined);
    const changes = await this.prisma.$transaction(async (tx) => {
      // Two admins at once: the second merges over what the first wrote.
      await tx.$executeRaw`LOCK TABLE "PanelSetting" IN SHARE ROW EXCLUSIVE MODE`;
      const current = read(await tx.panelSetting.findMany());
      const planned = keys.map((key) => ({ key, before: current[key], after: parse(key, input[key], current) }));
      for (const { key, after } of planned) {
        const value = after === null ? Prisma.JsonNull : (after as Prisma.InputJsonValue);
        await tx.panelSetting.upsert({
          where: { key: databaseKey(key) },
          create: { key: databaseKey(key), value },
          update: { value },
        });
      }
      return planned.filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after));
    });
    await this.reload();
    this.bus.publish('settings.changed', {});
    return changes;
  }

  private async reload(): Promise<void> {
    this.values = read(await this.prisma.panelSetting.findMany());
  }

  private reloadInBackground(): void {
    this.reload().catch((error: unknown) => logger.error({ err: error }, 'settings not reloaded'));
  }
}

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
