import { isIP } from 'node:net';

/** Second-level names below which anybody registers (`co.uk`): not exact like the public suffix list, but enough here. */
const REGISTRIES = new Set(['ac', 'co', 'com', 'edu', 'gov', 'net', 'org', 'or', 'ne', 'go']);

/** Whether browsers treat two addresses as one site: same scheme and same registrable domain; ports do not matter. */
export function isSameSite(left: URL, right: URL): boolean {
  return left.protocol === right.protocol && siteOf(left.hostname) === siteOf(right.hostname);
}

function siteOf(hostname: string): string {
  if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) return hostname;
  const labels = hostname.replace(/\.$/, '').split('.');
  const [top = '', second = ''] = labels.slice(-2).reverse();
  const length = top.length === 2 && REGISTRIES.has(second) ? 3 : 2;
  return labels.slice(-length).join('.');
}
