import { describe, expect, it } from '@jest/globals';
import { isWanted, preferenceOf } from './notification-preferences.js';

describe('the category of an action', () => {
  it.each([
    ['wings:install:failed', 'serverActivity'],
    ['login_failed', 'serverErrors'],
    ['server:delete', 'serverLifecycle'],
    ['server:reinstall', 'serverLifecycle'],
    ['subserver:delete', undefined],
    ['order:payment', 'billing'],
    ['login_passkey', 'security'],
    ['update-profile', 'productUpdates'],
    ['ticket:urgent:human', 'tickets'],
    ['ai:endpoint:cooldown', 'aiUsage'],
    ['email-change', undefined],
    ['logout', undefined],
  ])('%s is %s', (action, preference) => {
    expect(preferenceOf(action)).toBe(preference);
  });
});

describe('whether a mail is wanted', () => {
  it('is said by the preference itself before anything else', () => {
    expect(isWanted({ notifications: { security: false } }, 'security')).toBe(false);
    expect(isWanted({ notifications: { aiUsage: true } }, 'aiUsage')).toBe(true);
    expect(isWanted({ notifications: { serverAlerts: false, serverErrors: true } }, 'serverErrors')).toBe(true);
  });

  it('is said for servers by serverAlerts, where nothing more exact is said', () => {
    expect(isWanted({ notifications: { serverAlerts: false } }, 'serverLifecycle')).toBe(false);
    expect(isWanted({ notifications: { serverAlerts: true } }, 'serverActivity')).toBe(true);
    expect(isWanted({ notifications: { serverAlerts: false } }, 'billing')).toBe(true);
  });

  it('follows the defaults of the panel otherwise, whatever else stands in the settings', () => {
    for (const settings of [
      {},
      null,
      { notifications: null },
      { notifications: 'all' },
      { notifications: { security: 1 } },
    ]) {
      expect(isWanted(settings, 'security')).toBe(true);
      expect(isWanted(settings, 'serverActivity')).toBe(false);
      expect(isWanted(settings, 'productUpdates')).toBe(false);
    }
  });
});
