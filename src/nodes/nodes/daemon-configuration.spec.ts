import { expect, it } from '@jest/globals';
import { daemonConfiguration } from './daemon-configuration.js';

const node = {
  uuid: crypto.randomUUID(),
  url: 'https://wings.example.com',
  fqdn: null,
  useSsl: true,
  tokenId: '0123456789abcdef',
  sftpPort: 2022,
  allowedOrigin: 'https://panel.example.com',
};
const panel = {
  token: 't',
  brand: 'Panel',
  panelUrl: 'https://panel.example.com',
  frontends: ['https://app.example.com'],
  mountSources: ['/srv/mounts'],
};

it('lets the daemon listen on 8080 when the address names no port, and takes the host name for the certificate', () => {
  const { api } = daemonConfiguration(node, panel);
  expect(api.port).toBe(8080);
  expect(api.ssl.cert).toBe('/etc/letsencrypt/live/wings.example.com/fullchain.pem');
  expect(daemonConfiguration({ ...node, fqdn: 'fra.example.com' }, panel).api.ssl.key).toContain('/fra.example.com/');
});

it('allows the separate frontends and the origin of the node, without the panel itself', () => {
  expect(daemonConfiguration(node, panel).allowed_origins).toEqual(['https://app.example.com']);
  const own = { ...node, allowedOrigin: 'https://other.example.com' };
  expect(daemonConfiguration(own, panel).allowed_origins).toEqual([
    'https://app.example.com',
    'https://other.example.com',
  ]);
});
