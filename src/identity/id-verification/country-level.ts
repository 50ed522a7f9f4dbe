/** From this level of `geoBlockCountries` on, people of a country are not asked for identity documents. */
export const NO_ID_VERIFICATION = 1;

/** The level (0 to 5) that the setting `geoBlockCountries` gives a country; 0 when it does not name it. */
export function countryLevel(rules: string, country: string | null): number {
  if (country === null) return 0;
  const wanted = country.trim().toLowerCase();
  for (const entry of rules.split(/[,\n]/)) {
    const [name = '', level = ''] = entry.split(/[:=;]/).map((part) => part.trim().toLowerCase());
    if (name !== '' && name === wanted) return Number(level);
  }
  return 0;
}
