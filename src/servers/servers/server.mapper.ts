import type { ServerScope } from '../access/server-scope.js';
import { toAllocations } from '../configuration/server-object.mapper.js';
import type {
  ServerAllocationItem,
  ServerDetail,
  ServerLimits,
  ServerListItem,
  ServerSftp,
  ServerStatus,
  UserServerItem,
} from './dto/server.dto.js';
import { without } from '../variables/environment.js';
import type { ServerDetailRow, ServerListRow } from './servers.sql.js';

type StatusColumns = Pick<ServerListRow, 'dmca' | 'suspended' | 'installing' | 'hibernated' | 'state'>;

/** The strongest overlay, else what the node last told; nothing that it told counts while it is away. */
export function statusOf(row: StatusColumns, isNodeHealthy: boolean): ServerStatus {
  if (row.dmca) return 'dmca';
  if (row.suspended) return 'suspended';
  if (row.installing) return 'installing';
  if (row.hibernated) return 'hibernated';
  return isNodeHealthy ? (row.state as ServerStatus) : 'unknown';
}

/** A row of a list. Plain literals: this runs hundreds of times a request. */
export function toListItem(row: ServerListRow, isNodeHealthy: boolean): ServerListItem {
  const isLocked = row.suspended || row.dmca;
  const container = { image: row.dockerImage, startup: row.startup, kvm_passthrough_enabled: row.kvmPassthrough };
  return {
    uuid: row.uuid,
    id: row.uuid,
    name: row.name,
    description: row.description,
    status: statusOf(row, isNodeHealthy),
    installing: row.installing,
    hibernated: row.hibernated,
    transferring: row.transferring,
    is_suspended: isLocked,
    suspended: isLocked,
    is_dmca: row.dmca,
    dmcaAt: row.dmcaAt,
    dmcaDeletionAt: row.dmcaDeletionAt,
    dmcaReason: row.dmcaReason,
    dmcaBy: row.dmcaBy,
    suspendedAt: row.suspendedAt,
    suspendedReason: row.suspendedReason,
    suspendedBy: row.suspendedBy,
    resources: isNodeHealthy ? row.resources : null,
    stateAt: row.stateAt,
    build: toLimits(row),
    container,
    configuration: {
      uuid: row.uuid,
      meta: { name: row.name, description: row.description },
      suspended: isLocked,
      allocations: toAllocations(row.allocations),
      container,
    },
    nodeId: row.nodeId,
    nodeName: row.nodeName,
    node: row.nodeName,
    userId: row.ownerId,
  };
}

/** A row of the servers of an account: `node` is the id there, and the node's own word for the state stands beside ours. */
export function toUserServer(row: ServerListRow, isNodeHealthy: boolean): UserServerItem {
  return { ...toListItem(row, isNodeHealthy), state: isNodeHealthy ? row.state : 'unknown', node: row.nodeId };
}

const toLimits = (row: ServerListRow): ServerLimits => ({
  memory_limit: row.memory,
  disk_space: row.disk,
  cpu_limit: row.cpu,
  swap: row.swap,
  io_weight: row.ioWeight,
  oom_disabled: row.oomDisabled,
});

export interface DetailContext {
  readonly scope: ServerScope;
  /** Of the caller, for his SFTP user name. */
  readonly email: string;
  readonly panelUrl: string;
  readonly isNodeHealthy: boolean;
}

export function toDetail(row: ServerDetailRow, { scope, email, panelUrl, isNodeHealthy }: DetailContext): ServerDetail {
  const { allocations, ...common } = row;
  const short = allocations?.map(([ip, port, isDefault]): [string, number, boolean] => [ip, port, isDefault]) ?? null;
  const item = toListItem({ ...common, allocations: short }, isNodeHealthy);
  // Values hold root passwords and licence keys: not for everybody who was invited to watch the console.
  const seesStartup = scope.has('startup');
  const environment = scope.isStaff ? row.environment : without(row.environment, row.hiddenVariables ?? []);
  const isOwnerOrStaff = scope.isOwner || scope.isStaff;
  return {
    ...item,
    configuration: {
      ...item.configuration,
      autoSyncOnEggChange: row.autoSyncOnEggChange,
      ...(seesStartup && { environment }),
    },
    isOwner: scope.isOwner,
    ignoreAntiAbuse: false,
    permissions: isOwnerOrStaff ? ['*'] : [...scope.subuserPermissions],
    sftp: sftpOf(row, email, panelUrl),
    allocations: toAllocationItems(row),
    eggId: row.eggId,
    eggName: row.eggName,
    ...(seesStartup && { invocation: row.startup, environment }),
    ...(scope.isStaff && {
      owner: row.ownerEmail,
      memory: row.memory,
      disk: row.disk,
      cpu: row.cpu,
      swap: row.swap,
      dockerImage: row.dockerImage,
      startup: row.startup,
    }),
  };
}

function toAllocationItems({ allocations, nodeFqdn }: ServerDetailRow): ServerAllocationItem[] {
  return (allocations ?? []).map(([ip, port, isDefault, alias, notes]) => ({
    ip,
    port,
    fqdn: alias ?? nodeFqdn,
    is_default: isDefault,
    notes,
  }));
}

function sftpOf(row: ServerDetailRow, email: string, panelUrl: string): ServerSftp {
  const isProxied = row.sftpProxyPort !== null;
  const nodeHost = row.nodeFqdn ?? new URL(row.nodeUrl).hostname;
  return {
    host: isProxied ? new URL(panelUrl).hostname : nodeHost,
    port: row.sftpProxyPort ?? row.sftpPort,
    proxied: isProxied,
    username: `${email}.${row.uuid.slice(0, 8)}`,
  };
}
