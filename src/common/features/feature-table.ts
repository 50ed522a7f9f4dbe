/** A flag and the groups it gates: path patterns on the normalised path, in lower case. */
interface FeatureDefinition {
  readonly default: boolean;
  readonly gates: readonly RegExp[];
}

const below = (...prefixes: string[]): RegExp[] => prefixes.map((prefix) => new RegExp(`^${prefix}(/|$)`));

/** Every feature flag of the contract (admin-platform, "Feature flags"), with exactly the groups it gates. */
export const FEATURES = {
  registration: { default: true, gates: below('/api/users/register') },
  billing: { default: true, gates: below('/api/orders', '/api/admin/orders', '/api/plans', '/api/admin/plans') },
  ai: { default: true, gates: below('/api/ai', '/api/admin/ai') },
  ticketing: { default: true, gates: below('/api/tickets', '/api/admin/tickets') },
  applications: {
    default: true,
    gates: below('/api/applications', '/api/admin/applications', '/api/public/applications'),
  },
  oauth: { default: true, gates: below('/api/oauth', '/\\.well-known/oauth-authorization-server') },
  tunnels: { default: true, gates: below('/api/tunnel') },
  dns: { default: true, gates: [/^\/api\/organisations\/(.*\/)?dns(\/|$)/] },
  dedicatedIps: { default: true, gates: [/^\/api\/admin\/servers\/[^/]+\/dedicated-ip(\/|$)/] },
  visualeditor: { default: true, gates: below('/api/infrastructure/visual-editor') },
  // A gate that an admin closes when he needs it (DESIGN 5.17).
  captcha: { default: false, gates: [/^\/api\/auth\/captcha(\/audio)?$/] },
  captchaInvisible: { default: false, gates: [/^\/api\/auth\/captcha\/invisible$/] },
  tempEmailFilter: { default: true, gates: [] },
} as const satisfies Record<string, FeatureDefinition>;

export type FeatureName = keyof typeof FEATURES;

export const FEATURE_NAMES = Object.keys(FEATURES) as FeatureName[];

const anyGate = new RegExp(
  FEATURE_NAMES.flatMap((name) => FEATURES[name].gates.map((gate) => gate.source)).join('|'),
  'i',
);

/**
 * Whether a plainly spelled path lies in any group. Routes outside the groups ask it: `/api/users/:id` also takes
 * `/api/users/register`, with the methods that registration does not have.
 */
export const isInGatedGroup = (path: string): boolean => anyGate.test(path);

/**
 * The flag that gates a path, however it is spelled: case, encoding, doubled and trailing slashes do not matter, so a
 * group that is off answers 503 for every spelling.
 */
export function featureOfPath(path: string): FeatureName | undefined {
  const normal = normalise(path);
  return FEATURE_NAMES.find((name) => FEATURES[name].gates.some((gate) => gate.test(normal)));
}

function normalise(path: string): string {
  const slashes = decoded(path).replace(/\\/g, '/').replace(/\/+/g, '/').toLowerCase();
  return slashes.length > 1 ? slashes.replace(/\/$/, '') : slashes;
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
