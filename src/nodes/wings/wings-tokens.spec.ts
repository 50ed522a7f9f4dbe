import { expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { configFrom } from '../../config/load-config.js';
import type { NodeContact } from '../directory/node-directory.js';
import { NodeTransport } from './node-transport.js';
import { WingsClient } from './wings-client.js';
import { WingsTokens } from './wings-tokens.js';

const secrets = { JWT_SECRET: 'x'.repeat(32), SEALING_KEYS: `k:${Buffer.alloc(32).toString('base64')}` };
const tokens = new WingsTokens(configFrom({ ...secrets, PANEL_URL: 'https://panel.example.com/' }));
const [userUuid, serverUuid] = [crypto.randomUUID(), crypto.randomUUID()];

function clientOf(values: Partial<NodeContact> = {}): WingsClient {
  const contact: NodeContact = {
    id: 7,
    uuid: crypto.randomUUID(),
    name: 'node',
    publicUrl: 'https://10.0.0.5:8080',
    baseUrl: 'http://10.0.0.5:8080/wings',
    fqdn: null,
    useSsl: true,
    allowedOrigin: null,
    token: 'ab'.repeat(32),
    kind: 'rs',
    ...values,
  };
  const lookup = (): void => undefined;
  return new WingsClient(contact, new NodeTransport(contact.baseUrl, contact.token, lookup), { origin: 'x', lookup });
}

it('signs a console token with the raw node secret and exactly the claims that both families check', () => {
  const token = tokens.websocket(clientOf(), { userUuid, serverUuid, permissions: ['websocket.connect'] });
  const decoded = jwt.verify(token, 'ab'.repeat(32), { algorithms: ['HS256'], complete: true });
  const now = Math.floor(Date.now() / 1000);
  expect(decoded.header).toEqual({ alg: 'HS256', typ: 'JWT' });
  const payload = decoded.payload as jwt.JwtPayload;
  expect(payload).toMatchObject({
    iss: 'https://panel.example.com',
    aud: [''],
    scope: 'websocket',
    user_uuid: userUuid,
    server_uuid: serverUuid,
    permissions: ['websocket.connect'],
    jti: tokens.jtiOf(userUuid, serverUuid),
  });
  expect(Math.abs(Number(payload.iat) - now)).toBeLessThanOrEqual(1);
  expect(Number(payload.nbf)).toBe(Number(payload.iat) - 300);
  expect(Number(payload.exp)).toBe(Number(payload.iat) + 600);
});

it('gives all tokens of one user and server one id, and others another', () => {
  expect(tokens.jtiOf(userUuid, serverUuid)).toBe(tokens.jtiOf(userUuid, serverUuid));
  expect(tokens.jtiOf(userUuid, serverUuid)).toMatch(/^[0-9a-f]{32}$/);
  expect(tokens.jtiOf(userUuid, serverUuid)).not.toBe(tokens.jtiOf(serverUuid, userUuid));
});

it('tells the panel and browsers apart when they look for the console socket', () => {
  expect(clientOf().socketUrl('s')).toBe('ws://10.0.0.5:8080/wings/api/servers/s/ws');
  expect(clientOf().publicSocketUrl('s')).toBe('wss://10.0.0.5:8080/api/servers/s/ws');
  expect(clientOf({ fqdn: 'fra.example.com' }).publicSocketUrl('s')).toBe(
    'wss://fra.example.com:8080/api/servers/s/ws',
  );
  const plain = clientOf({ useSsl: false, publicUrl: 'http://node.example.com' });
  expect(plain.publicSocketUrl('s')).toBe('ws://node.example.com/api/servers/s/ws');
});

it('signs a transfer token for one server, with the secret of the target, for a quarter of an hour', () => {
  const target = clientOf({ token: 'cd'.repeat(32) });
  const token = tokens.transfer(target, { serverUuid, transferId: 1 });
  const payload = jwt.verify(token, 'cd'.repeat(32), { algorithms: ['HS256'] }) as jwt.JwtPayload;
  expect(payload).toEqual({
    iss: 'https://panel.example.com',
    aud: [''],
    sub: serverUuid,
    jti: expect.stringMatching(/^[0-9a-f]{32}$/),
    iat: expect.any(Number),
    nbf: Number(payload.iat) - 300,
    exp: Number(payload.iat) + 900,
    scope: 'transfer',
  });
  expect(tokens.transfer(target, { serverUuid, transferId: 2 })).not.toBe(token);
  expect(target.transferUrl).toBe('https://10.0.0.5:8080/api/transfers');
});
