/** What people choose by which activity they are told by mail: `settings.notifications`. */
export type Preference =
  | 'serverActivity'
  | 'serverErrors'
  | 'serverLifecycle'
  | 'billing'
  | 'security'
  | 'productUpdates'
  | 'tickets'
  | 'aiUsage';

/** First hit wins (contract auth-users, "Activity log writer"). `ai` is a word of its own here: "email" holds it too. */
const RULES: readonly (readonly [Preference, RegExp])[] = [
  ['serverActivity', /wings:/],
  ['serverErrors', /offline|failed|error|crash/],
  ['serverLifecycle', /^server:.*(delete|reinstall|create|stop|start)/],
  ['billing', /bill|invoice|payment/],
  ['security', /login|security|suspicious/],
  ['productUpdates', /product|update|announcement/],
  ['tickets', /ticket|support/],
  ['aiUsage', /(^|[^a-z])ai([^a-z]|$)|usage|credits/],
];

const ON_BY_DEFAULT: ReadonlySet<Preference> = new Set([
  'serverLifecycle',
  'serverErrors',
  'billing',
  'security',
  'tickets',
]);

/** The category that an action belongs to; undefined when nobody is told of it. */
export function preferenceOf(action: string): Preference | undefined {
  return RULES.find(([, pattern]) => pattern.test(action.toLowerCase()))?.[0];
}

/** Whether the settings of an account ask for mails of that category. */
export function isWanted(settings: unknown, preference: Preference): boolean {
  const { notifications } = (settings ?? {}) as { notifications?: unknown };
  const chosen = (typeof notifications === 'object' ? notifications : null) as Record<string, unknown> | null;
  const own = chosen?.[preference];
  if (typeof own === 'boolean') return own;
  const general = chosen?.['serverAlerts'];
  if (preference.startsWith('server') && typeof general === 'boolean') return general;
  return ON_BY_DEFAULT.has(preference);
}
