const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const LAST_LABEL = /^[a-z]{2,63}$/;
const MAXIMUM_LENGTH = 253;

/** Names under which people expect a service of the host, not a customer. */
const RESERVED_LABELS = new Set(['www', 'api', 'panel', 'mail', 'admin', 'autodiscover']);
const NAME_SERVER = /^ns\d*$/;

/** Handles are compared and stored like this. */
export const normaliseHandle = (text: string): string => text.trim().toLowerCase();

/** Whether a normalised text can be a handle: a dotted name such as `acme.example.com`. */
export function isHandle(text: string): boolean {
  const labels = text.split('.');
  const isDotted = labels.length > 1 && text.length <= MAXIMUM_LENGTH;
  return isDotted && labels.every((label) => LABEL.test(label)) && LAST_LABEL.test(labels.at(-1) ?? '');
}

/**
 * Whether nobody may have the handle: it stands for a service, or for the panel's own hosts or what is above them.
 * @param ownHosts host names of the panel, in lower case
 */
export function isReserved(handle: string, ownHosts: readonly string[]): boolean {
  const [first = ''] = handle.split('.');
  if (RESERVED_LABELS.has(first) || NAME_SERVER.test(first)) return true;
  return ownHosts.some((host) => host === handle || host.endsWith(`.${handle}`));
}
