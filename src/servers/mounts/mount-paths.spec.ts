import { describe, expect, it } from '@jest/globals';
import { isAllowedSource, isAllowedTarget } from './mount-paths.js';

describe('the source of a mount', () => {
  const allowed = ['/srv/mounts', '/data/maps'];

  it.each(['/srv/mounts', '/srv/mounts/mods', '/data/maps/a b/c'])('may be %s', (path) => {
    expect(isAllowedSource(path, allowed)).toBe(true);
  });

  it.each([
    '/',
    '/etc',
    '/srv',
    '/srv/mounts-of-others',
    '/srv/mounts/../../etc',
    '/srv/mounts/./a',
    '/srv//mounts',
    '/srv/mounts/',
    'srv/mounts/mods',
    '/srv/mounts/a:rw',
    '/srv/mounts/a\nb',
    '/srv/mounts/\0',
    '',
  ])('may not be %j', (path) => {
    expect(isAllowedSource(path, allowed)).toBe(false);
  });
});

describe('the target of a mount', () => {
  it.each(['/mnt/mods', '/home/container/mods', '/home/other', '/rooted', '/var/lib/maps'])('may be %s', (path) => {
    expect(isAllowedTarget(path)).toBe(true);
  });

  it.each(['/', '/home/container', '/etc', '/etc/ssh', '/proc/1', '/usr/bin', '/home/container/../..', 'mods', '/a,b'])(
    'may not be %s',
    (path) => {
      expect(isAllowedTarget(path)).toBe(false);
    },
  );
});
