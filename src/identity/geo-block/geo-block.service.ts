import { Injectable } from '@nestjs/common';
import { PanelSettings } from '../../common/settings/panel-settings.js';
import { Config } from '../../config/config.js';
import { countryCode, EU_MEMBERS } from './country-code.js';
import { countryLevels, GEO_LEVELS } from './country-levels.js';

/** What is closed to people of a country: the setting `geoBlockCountries`, by the country of the billing address. */
@Injectable()
export class GeoBlock {
  private rules = '';
  private levels = countryLevels('');

  constructor(
    private readonly settings: PanelSettings,
    private readonly config: Config,
  ) {}

  /** The level (0 to 5) of a country as somebody wrote it; 0, which closes nothing, without one. See {@link GEO_LEVELS}. */
  levelOf(country: string | null | undefined): number {
    const code = countryCode(country ?? '');
    const level = this.current().get(code) ?? 0;
    const isEu = this.config.env.EU_ID_DISABLED && EU_MEMBERS.has(code);
    return isEu ? Math.max(level, GEO_LEVELS.noIdVerification) : level;
  }

  /** The setting is read again when it has changed: the level is part of every session's answer. */
  private current(): ReadonlyMap<string, number> {
    const rules = this.settings.get('geoBlockCountries');
    if (rules !== this.rules) [this.rules, this.levels] = [rules, countryLevels(rules)];
    return this.levels;
  }
}
