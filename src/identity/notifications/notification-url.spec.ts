import { expect, it } from '@jest/globals';
import { isNotificationUrl } from './notification-url.js';

it.each(['/', '/dashboard/servers/1?tab=console#end', 'https://example.com', 'https://example.com/a?b=%20c'])(
  'lets a notification lead to %s',
  (url) => {
    expect(isNotificationUrl(url)).toBe(true);
  },
);

it.each([
  '',
  'dashboard',
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/a b',
  'http://example.com',
  'javascript:alert(1)',
  'data:text/html,x',
  'https://',
  'https://user:password@example.com',
  'https:example.com',
  `/${'x'.repeat(2_048)}`,
  'https://exämple.com',
])('lets no notification lead to %j', (url) => {
  expect(isNotificationUrl(url)).toBe(false);
});
