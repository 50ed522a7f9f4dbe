import { expect, it } from '@jest/globals';
import { EDUCATION_LIMITS, larger, quotaAfterStudent, studentQuota } from './education-limits.js';

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

it('goes back to the quota before, but keeps one that somebody has set since', () => {
  const before = { memory: 1024, cpu: 600, disk: null };
  const raised = { disk: null, cpu: 600, memory: 4096 };
  expect(studentQuota(before, EDUCATION_LIMITS)).toEqual(raised);
  expect(quotaAfterStudent(raised, before, EDUCATION_LIMITS)).toEqual(before);
  const set = { ...raised, memory: 9000 };
  expect(quotaAfterStudent(set, before, EDUCATION_LIMITS)).toEqual(set);
  expect(quotaAfterStudent(null, null, EDUCATION_LIMITS)).toBeNull();
});
