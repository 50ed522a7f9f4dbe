import { addressBucket } from '../../common/net/client-ip.js';

const MOST = 500;
const MOST_PER_ADDRESS = 20;

/** How many connections all proxies of the process hold: a flood of them must not take what the panel itself needs. */
export class ProxyPlaces {
  private taken = 0;
  private readonly byAddress = new Map<string, number>();

  /** @returns what gives the place back; undefined when there is none. */
  take(address: string): (() => void) | undefined {
    const key = addressBucket(address);
    const held = this.byAddress.get(key) ?? 0;
    if (this.taken >= MOST || held >= MOST_PER_ADDRESS) return undefined;
    this.taken += 1;
    this.byAddress.set(key, held + 1);
    return () => this.giveBack(key);
  }

  private giveBack(key: string): void {
    this.taken -= 1;
    const held = (this.byAddress.get(key) ?? 1) - 1;
    if (held > 0) this.byAddress.set(key, held);
    else this.byAddress.delete(key);
  }
}
