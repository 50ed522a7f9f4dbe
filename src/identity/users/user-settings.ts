/** What people may keep in their settings; other keys of the web client are dropped. */
const OWN_KEYS = ['theme', 'locale', 'editor', 'notifications', 'emailPreferences', 'serverFavorites', 'guideShown'];
const STRUCTURE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** The part of sent settings that is stored: with staff rights every key, otherwise the known ones. */
export function acceptableSettings(given: Record<string, unknown>, isStaff: boolean): Record<string, unknown> {
  const keys = isStaff
    ? Object.keys(given).filter((key) => !STRUCTURE_KEYS.has(key))
    : OWN_KEYS.filter((key) => key in given);
  return Object.fromEntries(keys.filter((key) => given[key] !== undefined).map((key) => [key, given[key]]));
}
