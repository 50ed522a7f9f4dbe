/** One permission as the role editor offers it. */
export interface CataloguePermission {
  readonly value: string;
  readonly category: string;
  /** Meant for staff. */
  readonly admin: boolean;
}

/** Category to its permissions; those with a star are for staff (contract auth-users, section 12). */
const CATEGORIES: Readonly<Record<string, string>> = {
  Global:
    '*★ admin:access★ admin:metrics★ admin:export-jobs★ admin:announcements★ admin:outbound-emails★ ' +
    'admin:antiabuse★ admin:fraud★ admin:settings★',
  Servers:
    'servers:read servers:write servers:delete servers:list★ servers:create servers:console servers:power ' +
    'servers:kvm',
  Nodes: 'nodes:read★ nodes:create★ nodes:update-creds★ nodes:read-creds★ nodes:map★ nodes:*★',
  Billing: 'billing:read★ billing:write★',
  Plans:
    'plans:read admin:plans:view★ admin:plans:manage★ admin:plans:delete★ admin:plans:reapply★ ' +
    'admin:plans:forcereapply★ plans:write★',
  Orders:
    'orders:read orders:view★ orders:issue★ orders:update★ orders:delete★ orders:create orders:write★ ' + 'orders:*',
  'API Keys': 'apikeys:read apikeys:create apikeys:delete',
  Organisations: 'org:read org:create★ org:write org:invite org:*',
  Roles: 'roles:read★ roles:create★ roles:*★ roles:assign★ roles:delete★',
  Permissions: 'permissions:assign★',
  Users:
    'users:read★ users:write★ admin:user:edit★ admin:student:assign★ admin:student:deassign★ ' +
    'admin:users:documents★ users:delete★ users:suspend★ mailbox:read★',
  Logs: 'logs:read★',
  KYC:
    'idverification:read★ idverification:write★ admin:kyc:view★ admin:kyc:view:id★ admin:kyc:manage★ ' +
    'id-docs:read★',
  OAuth: 'oauth:manage★ admin:oauth★',
  Configuration: 'admin:geoblock:view★ configuration:read configuration:write',
  Admin:
    'admin:servers:read★ admin:servers:write★ admin:servers:manage★ admin.mounts.add/remove★ ' +
    'admin:servers:delete★ admin:servers:suspend★ admin.shorturl.add★ ' +
    'admin.shorturl.remove★ admin.shorturl.edit.own★ admin.shorturl.edit.any★',
  Applications: 'applications:manage★',
  Eggs: 'eggs:read★ eggs:write★',
  Tunnels: 'tunnels:read★ admin:tunnels:read★',
  Deletions: 'deletions:write★',
  Tickets: 'tickets:read★ tickets:write★ admin:ticket:staff★ tickets:delete★ tickets:ban★',
  Databases: 'databases:read databases:write★',
  AI: 'ai:read ai:manage★ ai:*★',
  SOC: 'soc:read soc:write soc:*',
  Files: 'files:read files:write',
  Backups: 'backups:read backups:create backups:write',
  Commands: 'commands:execute',
  Reinstall: 'reinstall:execute',
  Schedules: 'schedules:read schedules:create schedules:write',
  Sync: 'sync:execute',
  Transfer: 'transfer:execute',
  Version: 'version:read',
  Wings: 'wings:system★ wings:transfers★ wings:backups★ wings:deauthorize★ wings:*★',
};

const STAFF = '★';

/** Every permission that the panel knows. Roles and keys may hold others of the same form. */
export const PERMISSION_CATALOGUE: readonly CataloguePermission[] = Object.entries(CATEGORIES).flatMap(
  ([category, values]) =>
    values.split(' ').map((value) => ({ value: value.replace(STAFF, ''), category, admin: value.endsWith(STAFF) })),
);
