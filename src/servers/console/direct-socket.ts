import ipaddr from 'ipaddr.js';

/** How far an address reaches: this machine, its own network, everywhere. */
const REACH = { loopback: 0, private: 1, public: 2 } as const;

const LOCAL_NAME = /(^|\.)localhost$/;
/** Names without a dot and those of these zones are known in one network only. */
const INTERNAL_NAME = /^[^.]+$|\.(local|internal|lan|home\.arpa)$/;

/**
 * Whether a browser that has the panel open can open a daemon's socket itself: the daemon's address reaches at least as
 * far as the panel's, and a page served by https may not speak to a daemon without TLS.
 * @param pages addresses under which browsers have the panel open.
 */
export function isReachableByBrowsers(socketUrl: string, pages: readonly string[]): boolean {
  const socket = new URL(socketUrl);
  return pages.every((address) => {
    const page = new URL(address);
    const mixedContent = page.protocol === 'https:' && socket.protocol === 'ws:';
    return !mixedContent && reachOf(socket.hostname) >= reachOf(page.hostname);
  });
}

function reachOf(hostname: string): number {
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (LOCAL_NAME.test(host)) return REACH.loopback;
  if (!ipaddr.isValid(host)) return INTERNAL_NAME.test(host) ? REACH.private : REACH.public;
  const range = ipaddr.process(host).range();
  if (range === 'loopback' || range === 'unspecified') return REACH.loopback;
  return range === 'unicast' ? REACH.public : REACH.private;
}
