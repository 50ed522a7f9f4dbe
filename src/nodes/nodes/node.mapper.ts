import type { Prisma } from '../../generated/prisma/client.js';
import type { AvailableNodeResponse, NodeResponse } from './dto/node-response.dto.js';

/** Every column that may be shown; secrets are not among them, so no answer can hold one. */
export const nodeColumns = {
  id: true,
  uuid: true,
  name: true,
  url: true,
  backendWingsUrl: true,
  fqdn: true,
  useSsl: true,
  nodeType: true,
  allowedOrigin: true,
  sftpPort: true,
  sftpProxyPort: true,
  portRangeStart: true,
  portRangeEnd: true,
  defaultIp: true,
  ipv6Subnet: true,
  ipv6ExcludedPorts: true,
  ipv6ReservedCount: true,
  cost: true,
  memory: true,
  disk: true,
  cpu: true,
  serverLimit: true,
  deploymentsDisabled: true,
  deploymentNotice: true,
  memoryOvercommit: true,
  diskOvercommit: true,
  cpuOvercommit: true,
  maintenance: true,
  location: { select: { id: true, shortCode: true, name: true } },
} satisfies Prisma.NodeSelect;

export type NodeRow = Prisma.NodeGetPayload<{ select: typeof nodeColumns }>;

/** Organisations are not built yet: no node has one. */
const NO_ORGANISATION = { organisation: null, organisationId: null } as const;

/** What every user may know. */
export function toAvailableNode(row: NodeRow): AvailableNodeResponse {
  const { id, uuid, name, nodeType, memory, disk, cpu, serverLimit, deploymentsDisabled, deploymentNotice } = row;
  const open = { deploymentsDisabled, deploymentNotice, location: row.location };
  return { id, nodeId: uuid, name, nodeType, memory, disk, cpu, serverLimit, ...open };
}

/** What administrators may know. */
export function toNode(row: NodeRow): NodeResponse {
  const { url, backendWingsUrl, fqdn, useSsl, allowedOrigin, sftpPort, sftpProxyPort, cost } = row;
  const { memoryOvercommit, diskOvercommit, cpuOvercommit, maintenance, location } = row;
  const { portRangeStart, portRangeEnd, defaultIp, ipv6Subnet, ipv6ExcludedPorts, ipv6ReservedCount } = row;
  return {
    ...toAvailableNode(row),
    url,
    backendWingsUrl,
    fqdn,
    useSSL: useSsl,
    allowedOrigin,
    sftpPort,
    sftpProxyPort,
    portRangeStart,
    portRangeEnd,
    defaultIp,
    ipv6Subnet,
    ipv6ExcludedPorts,
    ipv6ReservedCount,
    cost,
    memoryOvercommit,
    diskOvercommit,
    cpuOvercommit,
    maintenance,
    locationId: location?.id ?? null,
    ...NO_ORGANISATION,
  };
}
