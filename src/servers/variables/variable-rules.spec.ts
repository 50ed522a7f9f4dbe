import { describe, expect, it } from '@jest/globals';
import { PanelError } from '../../common/errors/panel-error.js';
import { changedEnvironment } from './environment.js';
import type { EggVariable } from './egg-variable.js';
import { problemWith } from './variable-rules.js';

describe('the rules of a variable', () => {
  it.each([
    ['', 'required|string', false],
    ['', 'nullable|integer', true],
    ['abc', 'required|string|max:3', true],
    ['abcd', 'required|string|max:3', false],
    ['200', 'required|integer|max:300', true],
    ['400', 'required|integer|max:300', false],
    ['1.5', 'integer', false],
    ['1.5', 'numeric|between:1,2', true],
    ['tf', 'in:tf,cstrike', true],
    ['gmod', 'in:tf,cstrike', false],
    ['server.jar', 'required|regex:/^([\\w\\d._-]+)(\\.jar)$/', true],
    ['server.zip', 'required|regex:/^([\\w\\d._-]+)(\\.jar)$/', false],
    ['a', 'regex:/^(a|b)$/|max:1', true],
    ['c', 'regex:/^(a|b)$/|max:1', false],
    ['true', 'boolean', true],
    ['yes', 'boolean', false],
    ['anything', 'unknown_rule:5', true],
    ['anything', 'constructor|toString', true],
    ['x', 'regex:/([/', true],
  ])('%j under %j: accepted is %j', (value, rules, accepted) => {
    expect(problemWith(value, rules) === undefined).toBe(accepted);
  });

  it('stops a pattern that backtracks for ever', () => {
    const begin = performance.now();
    expect(problemWith(`${'a'.repeat(40)}!`, 'regex:/^(a+)+$/')).toBeDefined();
    expect(performance.now() - begin).toBeLessThan(500);
  });
});

const variable = (env_variable: string, values: Partial<EggVariable> = {}): EggVariable => ({
  name: env_variable,
  description: '',
  env_variable,
  default_value: 'default',
  user_viewable: true,
  user_editable: true,
  rules: 'required|string|max:10',
  field_type: 'text',
  ...values,
});

describe('a changed environment', () => {
  const variables = [variable('OPEN'), variable('LOCKED', { user_editable: false })];
  const change = (given: unknown, isStaff = false) =>
    changedEnvironment({ variables, stored: { OPEN: 'a', LOCKED: 'secret', OWN: 'x' }, given, isStaff });

  it('keeps what the user may not edit, and replaces his own variables', () => {
    expect(change({ OPEN: 'b', LOCKED: 'mine', OTHER: 5 })).toEqual({ OPEN: 'b', LOCKED: 'secret', OTHER: '5' });
    expect(change({ LOCKED: 'mine' }, true)).toEqual({ OPEN: 'a', LOCKED: 'mine' });
  });

  it('drops names that change how programs are loaded', () => {
    expect(change({ LD_PRELOAD: '/x.so', BASH_ENV: 'x', 'BASH_FUNC_mc%%': 'x' })).toEqual({
      OPEN: 'a',
      LOCKED: 'secret',
    });
  });

  it.each([
    [{ OPEN: 'x'.repeat(11) }],
    [{ OPEN: '' }],
    [{ 'A B': '1' }],
    [{ OPEN: { nested: true } }],
    [{ OWN: 'x'.repeat(9_000) }],
    [{ OWN: 'a\0b' }],
    [['OPEN']],
    ['OPEN=1'],
    [Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`V${index}`, '1']))],
  ])('refuses %j', (given) => {
    expect(() => change(given)).toThrow(PanelError);
  });
});
