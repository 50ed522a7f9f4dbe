/** What a permission string may look like, in roles and API keys. */
export const PERMISSION_PATTERN = /^[A-Za-z0-9*./:_-]{1,64}$/;

/**
 * Whether one granted permission covers the required one (contract auth-users 0.5): `*` covers all; parts are compared
 * from the left, a granted `*` part or running out of granted parts covers the rest.
 */
export function covers(granted: string, required: string): boolean {
  if (granted === '*' || granted === required) return true;
  const requiredParts = required.split(':');
  for (const [index, part] of granted.split(':').entries()) {
    if (part === '*') return true;
    if (part !== requiredParts[index]) return false;
  }
  return true;
}

/** Whether any of the granted permissions covers the required one. */
export function grants(granted: readonly string[], required: string): boolean {
  return granted.some((candidate) => covers(candidate, required));
}
