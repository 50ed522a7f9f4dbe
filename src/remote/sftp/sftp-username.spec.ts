import { expect, it } from '@jest/globals';
import { parseSftpUsername } from './sftp-username.js';

it.each([
  ['player@example.com.8d3f1c2a', 'player@example.com', '8d3f1c2a'],
  [' Player@Example.COM.8D3F1C2A ', 'player@example.com', '8d3f1c2a'],
  ['player@example.com .8d3f1c2a', 'player@example.com', '8d3f1c2a'],
  ['a.deadbeef@example.com.8d3f1c2a', 'a.deadbeef@example.com', '8d3f1c2a'],
])('takes %p apart at the last dot', (username, email, shortId) => {
  expect(parseSftpUsername(username)).toEqual({ email, shortId });
});

it.each([
  '',
  '.',
  'player@example.com',
  '.8d3f1c2a',
  'player@example.com.8d3f1c2',
  'player@example.com.8d3f1c2g',
  'x8d3f1c2a',
])('refuses %p', (username) => {
  expect(parseSftpUsername(username)).toBeUndefined();
});
