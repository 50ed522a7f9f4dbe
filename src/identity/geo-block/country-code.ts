/** Names that people write and that are none of the standard's English ones. */
const OTHER_NAMES = [
  ['great britain', 'gb'],
  ['united states of america', 'us'],
  ['usa', 'us'],
  ['czech republic', 'cz'],
] as const;

let codes: ReadonlyMap<string, string> | undefined;

/**
 * The country that a text means: its ISO 3166-1 alpha-2 code in lower case, by code, by a code of the past (`uk`) or by
 * English name; the text itself, in lower case, when it is none of these.
 */
export function countryCode(country: string): string {
  const text = country.trim().toLowerCase();
  codes ??= allCodes();
  return codes.get(text) ?? text;
}

/** From the tables of the runtime. Two letters are never cut from a name: "Germany" is not `ge`. */
function allCodes(): ReadonlyMap<string, string> {
  const names = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
  const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(97 + index));
  const found = new Map<string, string>(OTHER_NAMES);
  for (const code of letters.flatMap((first) => letters.map((second) => `${first}${second}`))) {
    const name = names.of(code.toUpperCase());
    if (name === undefined) continue;
    const current = new Intl.Locale(`und-${code}`).region?.toLowerCase() ?? code;
    found.set(code, current);
    found.set(name.toLowerCase(), current);
  }
  return found;
}

const EU = 'at be bg cy cz de dk ee es fi fr gr hr hu ie it lt lu lv mt nl pl pt ro se si sk'.split(' ');

/** The members of the European Union, by code. */
export const EU_MEMBERS: ReadonlySet<string> = new Set(EU);
