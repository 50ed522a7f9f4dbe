import { expect, it } from '@jest/globals';
import { EDUCATION_LIMITS, larger, studentQuota } from './education-limits.js';

it('takes the larger of two quotas key by key, and unlimited before any number', () => {
  expect(larger({ memory: 1, disk: null, cpu: 3 }, { memory: 2, disk: 5, backups: 4 })).toEqual({
    memory: 2,
    disk: null,
    cpu: 3,
    backups: 4,
  });
});

it('never makes a quota smaller, and limits nothing that was not limited', () => {
  expect(studentQuota(null, EDUCATION_LIMITS)).toBeNull();
  expect(studentQuota({}, EDUCATION_LIMITS)).toEqual({});
  expect(studentQuota({ memory: 8192, cpu: 0, disk: null, databases: 7 }, EDUCATION_LIMITS)).toEqual({
    memory: 8192,
    cpu: 600,
    disk: null,
    databases: 7,
  });
});
