import { describe, expect, it } from '@jest/globals';
import { ExpressAdapter } from '@nestjs/platform-express';
import fc from 'fast-check';
import { RouteIndex } from './route-index.js';

interface Router {
  stack: { match(path: string): unknown }[];
}

const indexOf = (...paths: unknown[]): RouteIndex<unknown> => new RouteIndex(paths, (path) => path);

/** The routes that Express itself matches with a path; it throws on a malformed escape in a parameter. */
function matchedByExpress(paths: readonly string[], url: string): string[] {
  const app = new ExpressAdapter().getInstance<{ router: Router; get(path: string, handler: () => void): void }>();
  const offset = app.router.stack.length;
  paths.forEach((path) => app.get(path, () => undefined));
  return paths.filter((_, position) => {
    try {
      return app.router.stack[offset + position]?.match(url);
    } catch {
      return true;
    }
  });
}

describe('RouteIndex', () => {
  it('returns only the route of a static path', () => {
    expect(indexOf('/a/b', '/a/c', '/b').candidates('/a/b')).toEqual(['/a/b']);
  });

  it('keeps the order of registration between overlapping routes', () => {
    expect(indexOf('/a/:id', '/a/b').candidates('/a/b')).toEqual(['/a/:id', '/a/b']);
    expect(indexOf('/a/b', '/:any/b', '/a/:id').candidates('/a/b')).toEqual(['/a/b', '/:any/b', '/a/:id']);
  });

  it('treats routes alike which only differ in the names of their parameters', () => {
    expect(indexOf('/a/:id', '/a/:user').candidates('/a/1')).toEqual(['/a/:id', '/a/:user']);
  });

  it('finds nothing for an unknown path', () => {
    expect(indexOf('/a', '/b/:id').candidates('/c')).toEqual([]);
  });

  it('ignores case and one trailing slash', () => {
    expect(indexOf('/Users/:id').candidates('/uSERS/1/')).toEqual(['/Users/:id']);
  });

  it('finds a parameter of any length and with malformed escapes', () => {
    const index = indexOf('/a/:id');
    expect(index.candidates(`/a/${'x'.repeat(5000)}`)).toHaveLength(1);
    expect(index.candidates('/a/%zz')).toHaveLength(1);
  });

  it('always returns paths that it cannot read', () => {
    expect(indexOf(/^\/x/, ['/a', '/b'], '*all', '/x').candidates('/q')).toEqual([/^\/x/, ['/a', '/b'], '*all']);
  });

  it('keeps the specific routes out of what only a catch-all can match', () => {
    const index = indexOf('/a/:id', '/*all', '/a/*rest', '/:x/b');
    expect(index.candidates('/unknown')).toEqual(['/*all']);
    expect(index.candidates('/a/b/c')).toEqual(['/*all', '/a/*rest', '/:x/b']);
  });

  it('never misses a route that Express would match', () => {
    const text = fc.constantFrom('a', 'b', 'B', 'a.b', 'c-d');
    const part = fc.oneof(text, fc.constantFrom(':id', ':p', '*rest', ':x-:y', 'a:z', '{:opt}', '{*all}'));
    const route = fc.array(part, { maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
    const piece = fc.oneof(text, fc.constantFrom('A', '', '%61', '%2F', '%zz', '_', 'a-b', '~'));
    const path = fc.array(piece, { maxLength: 5 }).map((pieces) => `/${pieces.join('/')}`);
    const routes = fc.array(route, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(routes, path, (paths, url) => {
        expect(indexOf(...paths).candidates(url)).toEqual(expect.arrayContaining(matchedByExpress(paths, url)));
      }),
      { numRuns: 1000 },
    );
  });
});
