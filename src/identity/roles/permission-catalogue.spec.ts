import { expect, it } from '@jest/globals';
import { PERMISSION_PATTERN } from '../../common/access/permissions.js';
import { PERMISSION_CATALOGUE } from './permission-catalogue.js';

it('names every permission once, in the form that roles accept', () => {
  const values = PERMISSION_CATALOGUE.map(({ value }) => value);
  expect(new Set(values).size).toBe(values.length);
  expect(values.filter((value) => !PERMISSION_PATTERN.test(value))).toEqual([]);
});

it('marks what is for staff', () => {
  const find = (value: string) => PERMISSION_CATALOGUE.find((entry) => entry.value === value);
  expect(find('*')).toEqual({ value: '*', category: 'Global', admin: true });
  expect(find('servers:create')).toEqual({ value: 'servers:create', category: 'Servers', admin: false });
  expect(find('roles:assign')).toEqual({ value: 'roles:assign', category: 'Roles', admin: true });
});
