import { describe, expect, it } from '@jest/globals';
import { audienceOf, holds, isErrorDetail } from './event-permissions.js';

describe('who is told of a daemon event', () => {
  it.each([
    ['console output', 'control.read-console'],
    ['install output', 'admin.websocket.install'],
    ['transfer logs', 'admin.websocket.transfer'],
    ['backup completed', 'backup.read'],
    ['backup completed:5c0bd72f-4f4b-4f0b-9b0e-0a3f0a6f2f11', 'backup.read'],
    ['schedule step error', 'schedule.read'],
    ['operation error', 'file.read'],
    ['status', 'everybody'],
    ['auth success', undefined],
    ['token expiring', undefined],
    ['jwt error', undefined],
    ['toString', undefined],
    ['something new', undefined],
  ])('%s: %s', (event, audience) => expect(audienceOf(event)).toBe(audience));

  it('takes `*` for everything but the admin events', () => {
    const everything = new Set(['*']);
    expect(holds(everything, 'backup.read')).toBe(true);
    expect(holds(everything, 'admin.websocket.install')).toBe(false);
    expect(holds(new Set(['admin.websocket.install']), 'admin.websocket.install')).toBe(true);
    expect(holds(new Set(), 'everybody')).toBe(true);
  });

  it('recognises error details of both families', () => {
    expect(isErrorDetail('daemon error', 'anything')).toBe(true);
    expect(isErrorDetail('daemon message', '\u001b[1m\u001b[41m[wings]: open /secret\u001b[0m')).toBe(true);
    expect(isErrorDetail('daemon message', 'Server marked as running')).toBe(false);
  });
});
