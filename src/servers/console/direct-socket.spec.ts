import { expect, it } from '@jest/globals';
import { isReachableByBrowsers } from './direct-socket.js';

it.each([
  ['wss://node1.example.com:8080/ws', 'https://panel.example.com', true],
  ['wss://203.0.114.9:8080/ws', 'https://panel.example.com', true],
  ['ws://203.0.114.9:8080/ws', 'http://panel.example.com', true],
  ['wss://10.1.2.3:8080/ws', 'https://panel.example.com', false],
  ['wss://[fd00::1]:8080/ws', 'https://panel.example.com', false],
  ['wss://127.0.0.1:8080/ws', 'https://panel.example.com', false],
  ['wss://wings:8080/ws', 'https://panel.example.com', false],
  ['wss://node.internal:8080/ws', 'https://panel.example.com', false],
  ['ws://127.0.0.1:8080/ws', 'http://localhost:3001', true],
  ['ws://10.1.2.3:8080/ws', 'http://localhost:3001', true],
  ['ws://127.0.0.1:8080/ws', 'http://192.168.1.4:3001', false],
  ['ws://10.1.2.3:8080/ws', 'http://192.168.1.4:3001', true],
  ['ws://node1.example.com:8080/ws', 'https://panel.example.com', false],
])('%s from %s: %s', (socket, page, expected) => expect(isReachableByBrowsers(socket, [page])).toBe(expected));

it('counts the frontend too: an https page may not open a socket without TLS', () => {
  const pages = ['http://api.example.com', 'https://app.example.com'];
  expect(isReachableByBrowsers('ws://node1.example.com/ws', pages)).toBe(false);
});
