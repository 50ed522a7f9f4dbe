import { countryCode } from './country-code.js';

/** From which level of a country on something is closed to its people (contract auth-users 1, geography rules). */
export const GEO_LEVELS = {
  noIdVerification: 1,
  noFreeServices: 2,
  noEducationalServices: 3,
  noServers: 4,
  noRegistration: 5,
} as const;

/**
 * The levels (0 to 5) that the setting `geoBlockCountries` gives to countries, by code; of several entries for one country
 * the first counts.
 */
export function countryLevels(rules: string): ReadonlyMap<string, number> {
  const levels = new Map<string, number>();
  for (const entry of rules.split(/[,\n]/)) {
    const [name = '', level = ''] = entry.split(/[:=;]/).map((part) => part.trim());
    const code = countryCode(name);
    if (code !== '' && !levels.has(code)) levels.set(code, Number(level));
  }
  return levels;
}
