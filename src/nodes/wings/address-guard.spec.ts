import { expect, it } from '@jest/globals';
import { configFrom } from '../../config/load-config.js';
import { AddressGuard } from './address-guard.js';

const secrets = { JWT_SECRET: 'x'.repeat(32), SEALING_KEYS: `k:${Buffer.alloc(32).toString('base64')}` };
const guardWith = (allowPrivate: boolean): AddressGuard =>
  new AddressGuard(configFrom({ ...secrets, NODES_ALLOW_PRIVATE: String(allowPrivate) }));
const [open, strict] = [guardWith(true), guardWith(false)];

it.each([
  'http://169.254.169.254/latest/meta-data',
  'http://169.254.1.1:8080',
  'http://0.0.0.0:8080',
  'http://0:8080',
  'http://2852039166',
  'http://0xa9fea9fe',
  'http://0251.0376.0251.0376',
  'http://100.100.100.200',
  'http://224.0.0.1',
  'http://255.255.255.255',
  'http://240.0.0.1',
  'http://[::]:8080',
  'http://[fe80::1]:8080',
  'http://[::ffff:169.254.169.254]',
  'http://[::ffff:a9fe:a9fe]',
  'http://[64:ff9b::169.254.169.254]',
  'http://[2002:a9fe:a9fe::1]',
  'http://[fd00:ec2::254]',
  'http://168.63.129.16',
])('never lets a node be at %s', (url) => {
  expect(open.problemWith(url)).toBe('points to an address that nodes may not have');
  expect(strict.problemWith(url)).toBe('points to an address that nodes may not have');
});

it.each([
  'http://127.0.0.1:8080',
  'http://127.1',
  'http://10.0.0.5:8080',
  'http://172.16.0.5',
  'http://192.168.1.5',
  'http://100.64.0.1',
  'http://[::1]:8080',
  'http://[::ffff:10.0.0.5]',
  'http://[fd12:3456::1]',
])('lets a node be at %s only where private networks are allowed', (url) => {
  expect(open.problemWith(url)).toBeUndefined();
  expect(strict.problemWith(url)).toBe('points to an address that nodes may not have');
});

it.each([
  'https://node.example.com',
  'http://93.184.216.34:8080',
  'https://[2a01:4f8::1]:8443',
  'https://node.example.com/wings',
])('lets a node be at %s', (url) => {
  expect(strict.problemWith(url)).toBeUndefined();
});

it.each([
  ['ftp://node.example.com', 'must be an http or https address'],
  ['file:///etc/passwd', 'must be an http or https address'],
  ['//node.example.com', 'must be an http or https address'],
  ['node.example.com:8080', 'must be an http or https address'],
  ['http://', 'must be an http or https address'],
  ['http://node.example.com:0', 'must be an http or https address'],
  ['http://node.example.com:99999', 'must be an http or https address'],
  ['http://user@node.example.com', 'must not contain a user name or password'],
  ['http://user:secret@node.example.com', 'must not contain a user name or password'],
  ['http://node.example.com?x=1', 'must not contain a query or fragment'],
  ['http://node.example.com#x', 'must not contain a query or fragment'],
])('refuses %s', (url, problem) => {
  expect(open.problemWith(url)).toBe(problem);
});

it('resolves names without the addresses that may not be called', async () => {
  const resolve = (guard: AddressGuard, all: boolean): Promise<unknown> =>
    new Promise((done) => guard.lookup('localhost', { all }, (error, address) => done(error?.message ?? address)));
  expect(await resolve(open, false)).toMatch(/^(127\.0\.0\.1|::1)$/);
  expect(await resolve(open, true)).toEqual(
    expect.arrayContaining([expect.objectContaining({ family: expect.any(Number) })]),
  );
  expect(await resolve(strict, false)).toBe('address not allowed');
  expect(await resolve(strict, true)).toBe('address not allowed');
});
