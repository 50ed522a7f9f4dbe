import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { covers, grants, PERMISSION_PATTERN } from './permissions.js';

const part = fc.stringMatching(/^[a-z]{1,6}$/);
const permission = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(':'));

describe('a granted permission', () => {
  it.each([
    ['*', 'anything:at:all', true],
    ['admin:user', 'admin:user:edit', true],
    ['admin:*', 'admin:user:edit', true],
    ['nodes', 'nodes:read', true],
    ['nodes:read', 'nodes', false],
    ['nodes:read', 'nodes:write', false],
    ['node', 'nodes:read', false],
    ['admin.shorturl', 'admin.shorturl.add', false],
    ['', 'nodes:read', false],
    ['admin:*:edit', 'admin:user:view', true],
  ])('%p covers %p: %p', (granted, required, expected) => {
    expect(covers(granted, required)).toBe(expected);
  });

  it('covers itself and everything below it', () => {
    fc.assert(
      fc.property(permission, part, (granted, more) => {
        expect(covers(granted, granted)).toBe(true);
        expect(covers(granted, `${granted}:${more}`)).toBe(true);
        expect(covers(`${granted}:*`, `${granted}:${more}`)).toBe(true);
      }),
    );
  });

  it('never covers what is above it or what differs in a part', () => {
    fc.assert(
      fc.property(permission, part, part, (granted, one, other) => {
        fc.pre(one !== other);
        expect(covers(`${granted}:${one}`, granted)).toBe(false);
        expect(covers(`${granted}:${one}`, `${granted}:${other}`)).toBe(false);
      }),
    );
  });

  it('never covers less when more is granted', () => {
    fc.assert(
      fc.property(fc.array(permission), permission, permission, (list, extra, required) => {
        if (grants(list, required)) expect(grants([...list, extra], required)).toBe(true);
      }),
    );
  });
});

it('knows what a permission may look like', () => {
  for (const good of ['*', 'servers:*', 'admin.mounts.add/remove', 'id-docs:read'])
    expect(PERMISSION_PATTERN.test(good)).toBe(true);
  for (const bad of ['', 'a b', 'a"b', 'ü', 'x'.repeat(65), 'a\n']) expect(PERMISSION_PATTERN.test(bad)).toBe(false);
});
