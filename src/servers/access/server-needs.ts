/** What an owner may let others do; the only names that a subuser entry may hold. */
export const SUBUSER_PERMISSIONS = [
  'console',
  'power',
  'files',
  'backups',
  'startup',
  'settings',
  'databases',
  'schedules',
  'subusersd',
  'activity',
  'stats',
  'network',
  'mounts',
  'file-sharing',
] as const;

export type SubuserPermission = (typeof SUBUSER_PERMISSIONS)[number];

/** Who satisfies a need besides the owner. */
interface Need {
  /** Whether owning the server is enough. */
  readonly owner: boolean;
  /** The subuser permission that is enough; `any` accepted entry, or none at all. */
  readonly subuser: SubuserPermission | 'any' | 'none';
  /** Staff permissions, of which one granted by an assigned role is enough. */
  readonly staff: readonly string[];
  /** Whether a suspended or DMCA server refuses it to everybody but staff. */
  readonly refusedWhileSuspended: boolean;
}

const WRITE = ['admin:servers:write', 'admin:servers:manage'] as const;
const READ = ['servers:list', 'admin:servers:read', ...WRITE] as const;

const delegable = (subuser: Need['subuser'], refusedWhileSuspended = false): Need => ({
  owner: true,
  subuser,
  staff: WRITE,
  refusedWhileSuspended,
});
const staffOnly = (...staff: string[]): Need => ({
  owner: false,
  subuser: 'none',
  staff,
  refusedWhileSuspended: false,
});

/** The authorisation table of contract servers.md ("OURS"): what a route needs, and who has it. */
export const SERVER_NEEDS = {
  read: { owner: true, subuser: 'any', staff: READ, refusedWhileSuspended: false },
  console: delegable('console', true),
  power: delegable('power', true),
  files: delegable('files', true),
  shares: delegable('file-sharing', true),
  backups: delegable('backups'),
  startup: delegable('startup'),
  databases: delegable('databases'),
  schedules: delegable('schedules'),
  network: delegable('network'),
  activity: { owner: true, subuser: 'activity', staff: READ, refusedWhileSuspended: false },
  settings: delegable('settings'),
  reinstall: delegable('settings', true),
  resources: delegable('none'),
  /** Seeing one's own entry; who sees and changes those of others is the service's to say. */
  subusers: { owner: true, subuser: 'any', staff: WRITE, refusedWhileSuspended: false },
  'subusers.manage': delegable('subusersd'),
  delete: { owner: true, subuser: 'none', staff: ['admin:servers:delete'], refusedWhileSuspended: false },
  suspend: staffOnly('admin:servers:suspend'),
  /** Moving to another node: granted explicitly, the role `default` does not count. */
  transfer: staffOnly('transfer:execute', 'admin:access'),
  manage: staffOnly(...WRITE),
} as const satisfies Record<string, Need>;

export type ServerNeed = keyof typeof SERVER_NEEDS;
