import { createHmac } from 'node:crypto';

/** Whether an action is one of those that a webhook wants: `*`, `server:*`, or the action itself. */
export function wants(events: readonly string[], action: string): boolean {
  return events.some((event) => (event.endsWith('*') ? action.startsWith(event.slice(0, -1)) : action === event));
}

/**
 * What proves to the receiver who sent a body and when: `t=<Unix seconds>,v1=<HMAC-SHA256 of "t.body", hex>`. The time is part
 * of what is signed, so that an old request cannot be sent again as a new one.
 */
export function signatureOf(secret: string, body: string, at: Date): string {
  const seconds = Math.floor(at.getTime() / 1000);
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;
}
