import { describe, expect, it } from '@jest/globals';
import { RELAY_USER_UUID } from '../../servers/console/relay-identity.js';
import { actionOf, toActivityRow } from './activity-event.js';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const event = {
  user: 'b0a1c2d3-0000-4000-8000-000000000001',
  server: '8D3F1C2A-5B74-4D0E-9A51-0F6F2F6F7A11',
  event: 'server:power.start',
  metadata: null,
  ip: '203.0.113.7',
  timestamp: '2026-03-01T11:59:00Z',
};
const rowOf = (changes: object = {}, nodeId = 1, now = NOW) => toActivityRow({ ...event, ...changes }, nodeId, now);
const keyOf = (changes?: object, nodeId?: number, now?: number) =>
  Buffer.from(rowOf(changes, nodeId, now)?.dedupeKey ?? []).toString('hex');

it.each([
  ['server:power.start', 'server:power:start'],
  ['server:power.kill', 'server:power:kill'],
  ['server:console.command', 'server:console:command'],
  ['server:file.uploaded', 'server:file:upload'],
  ['server:sftp.login', 'wings:sftp.login'],
  ['server:crash.detected', 'wings:crash.detected'],
])('lists %s as %s', (given, listed) => {
  expect(actionOf(given)).toBe(listed);
});

describe('what is no event', () => {
  it.each([
    ['nothing', null],
    ['a text', 'server:power.start'],
    ['an unknown kind of event', { ...event, event: 'admin:delete' }],
    ['an event with odd characters', { ...event, event: 'server:power start' }],
    ['an endless event', { ...event, event: `server:${'a'.repeat(100)}` }],
    ['an event of the wrong type', { ...event, event: ['server:power.start'] }],
    ['a missing server', { ...event, server: undefined }],
    ['a server that is no uuid', { ...event, server: "'; DROP TABLE" }],
    ['what the console relay did for somebody', { ...event, user: RELAY_USER_UUID.toUpperCase() }],
  ])('skips %s', (_name, entry) => {
    expect(toActivityRow(entry, 1, NOW)).toBeUndefined();
  });
});

describe('the user', () => {
  it.each([null, undefined, '', 'nobody', 7])('is nobody when it is %p', (user) => {
    expect(rowOf({ user })?.user).toBeNull();
  });
});

describe('the time', () => {
  it.each([
    ['of the recent past stays', '2026-03-01T02:00:00+02:00', '2026-03-01T00:00:00.000Z'],
    ['with nanoseconds stays', '2026-03-01T11:00:00.123456789Z', '2026-03-01T11:00:00.123Z'],
    ['of the far past is held at a day', '1970-01-01T00:00:00Z', '2026-02-28T12:00:00.000Z'],
    ['of the far future is held at a day', '9999-01-01T00:00:00Z', '2026-03-02T12:00:00.000Z'],
    ['that is none becomes now', 'yesterday', '2026-03-01T12:00:00.000Z'],
    ['of the wrong type becomes now', 7, '2026-03-01T12:00:00.000Z'],
  ])('%s', (_name, timestamp, at) => {
    expect(rowOf({ timestamp })?.at).toBe(at);
  });
});

describe('the address', () => {
  it.each([
    ['203.0.113.7:50123', '203.0.113.7'],
    ['[2001:db8::1]:22', '2001:db8::1'],
    ['', null],
    ['somewhere', null],
    [null, null],
  ])('%p is kept as %p', (ip, kept) => {
    expect(rowOf({ ip })?.ip).toBe(kept);
  });
});

describe('metadata', () => {
  it('is kept as JSON, with the schedule beside it', () => {
    const schedule = '11111111-2222-4333-8444-555555555555';
    expect(JSON.parse(rowOf({ metadata: { command: 'say hi' }, schedule })?.metadata ?? '')).toEqual({
      command: 'say hi',
      schedule,
    });
  });

  it.each([null, undefined, [], 'text', {}])('is nothing when it is %p', (metadata) => {
    expect(rowOf({ metadata })?.metadata).toBeNull();
  });

  it('loses what PostgreSQL cannot store', () => {
    const metadata = { command: 'a\0b\ud800c', 'k\0': 'ü𝄞' };
    expect(JSON.parse(rowOf({ metadata })?.metadata ?? '')).toEqual({ command: 'ab\ufffdc', k: 'ü𝄞' });
  });

  it('is bounded in size', () => {
    const cut = JSON.parse(rowOf({ metadata: { command: 'x'.repeat(50_000) } })?.metadata ?? '') as { command: string };
    expect(cut.command).toHaveLength(1001);
    const files = Array.from({ length: 5_000 }, (_, index) => `file-number-${index}-${'y'.repeat(90)}`);
    expect(rowOf({ metadata: { files } })?.metadata).toBe('{"truncated":true}');
  });

  it('is bounded in depth', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`) as object;
    expect(rowOf({ metadata: deep })?.metadata).toBe('{"a":{"a":{"a":{"a":{"a":{"a":"…"}}}}}}');
  });
});

describe('the identity of an event', () => {
  it('is the same however often and whenever it is reported', () => {
    expect(keyOf({}, 1, NOW + 3_600_000)).toBe(keyOf());
    expect(keyOf({ timestamp: '1970-01-01T00:00:00Z' }, 1, NOW + 5)).toBe(keyOf({ timestamp: '1970-01-01T00:00:00Z' }));
    expect(keyOf({ server: event.server.toLowerCase().replaceAll('-', '') })).toBe(keyOf());
  });

  it.each([
    ['node', {}, 2],
    ['server', { server: '8d3f1c2a-5b74-4d0e-9a51-0f6f2f6f7a12' }],
    ['user', { user: null }],
    ['event', { event: 'server:power.stop' }],
    ['time', { timestamp: '2026-03-01T11:59:00.001Z' }],
    ['metadata', { metadata: { command: 'say' } }],
  ])('differs with the %s', (_name, changes, nodeId = 1) => {
    expect(keyOf(changes, nodeId)).not.toBe(keyOf());
  });
});
