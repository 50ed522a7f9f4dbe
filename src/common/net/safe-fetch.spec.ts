import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { FetchFailed, FetchRefused, isPublicAddress, safeFetch } from './safe-fetch.js';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The tests' own servers are on loopback, which is otherwise refused. */
const local = { allowsAddress: (address: string) => address === '127.0.0.1' };

describe('an address on the open internet', () => {
  it.each(['1.1.1.1', '93.184.216.34', '2606:4700:4700::1111', '::ffff:1.1.1.1'])('is %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '100.100.100.200',
    '168.63.129.16',
    '0.0.0.0',
    '255.255.255.255',
    '224.0.0.1',
    '198.18.0.1',
    '192.0.2.1',
    '::1',
    '::',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    'ff02::1',
    'nonsense',
  ])('is not %s', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('a fetch of an address that somebody else chose', () => {
  it.each([
    'http://127.0.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://169.254.169.254/latest/meta-data/',
    'http://localhost/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'http://user:password@example.com/',
    'http://example.com:0/',
    'not an address',
  ])('refuses %s', async (address) => {
    await expect(safeFetch(address, { limitMs: 2_000 })).rejects.toThrow(/./);
    const error: unknown = await safeFetch(address, { limitMs: 2_000 }).catch((reason: unknown) => reason);
    expect(error instanceof FetchRefused || (error as Error).cause instanceof FetchRefused).toBe(true);
  });

  it('reads what is there and follows redirects within what is allowed', async () => {
    const target = await serve((_, response) => response.end('{"a":1}'));
    const start = await serve((_, response) => response.writeHead(302, { location: `${target}/egg.json` }).end());
    expect(await safeFetch(start, local)).toBe('{"a":1}');
  });

  it.each(['http://10.0.0.1/', 'http://[::1]/', 'file:///etc/passwd'])(
    'does not follow a redirect to %s',
    async (location) => {
      const start = await serve((_, response) => response.writeHead(302, { location }).end());
      await expect(safeFetch(start, local)).rejects.toThrow(FetchRefused);
    },
  );

  it('ends a chain of redirects', async () => {
    const start = await serve((_, response) => response.writeHead(302, { location: '/again' }).end());
    await expect(safeFetch(start, local)).rejects.toThrow('too many redirects');
  });

  it('ends an answer that is too large, and one that never ends', async () => {
    const large = await serve((_, response) => response.end('x'.repeat(5_000)));
    await expect(safeFetch(large, { ...local, maximumBytes: 1_000 })).rejects.toThrow('larger than 1000 bytes');
    const slow = await serve((_, response) => void response.write('x'));
    await expect(safeFetch(slow, { ...local, limitMs: 200 })).rejects.toThrow(/abort|timeout/i);
  });

  it('tells the status of a failure', async () => {
    const missing = await serve((_, response) => response.writeHead(404).end());
    await expect(safeFetch(missing, local)).rejects.toThrow(new FetchFailed(404));
  });
});
