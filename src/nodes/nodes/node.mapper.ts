import type { Prisma } from '../../generated/prisma/client.js';
import type { AvailableNodeResponse, NodeResponse, OrganisationNodeResponse } from './dto/node-response.dto.js';

/** Every column of the node itself that may be shown; secrets are not among them, so no answer can hold one. */
export const ownNodeColumns = {
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

/** The same with the organisation that it belongs to. */
export const nodeColumns = {
  ...ownNodeColumns,
  organisation: { select: { id: true, name: true, handle: true } },
} satisfies Prisma.NodeSelect;

type OwnNodeRow = Prisma.NodeGetPayload<{ select: typeof ownNodeColumns }>;
export type NodeRow = Prisma.NodeGetPayload<{ select: typeof nodeColumns }>;

/** What every user may know. */
export function toAvailableNode(row: OwnNodeRow): AvailableNodeResponse {
  const { id, uuid, name, nodeType, memory, disk, cpu, serverLimit, deploymentsDisabled, deploymentNotice } = row;
  const open = { deploymentsDisabled, deploymentNotice, location: row.location };
  return { id, nodeId: uuid, name, nodeType, memory, disk, cpu, serverLimit, ...open };
}

/** What administrators may know. */
export function toNode(row: NodeRow): NodeResponse {
  const { url, backendWingsUrl, fqdn, useSsl, allowedOrigin, sftpPort, sftpProxyPort, cost } = row;
  const { memoryOvercommit, diskOvercommit, cpuOvercommit, maintenance, location } = row;
  const { portRangeStart, portRangeEnd, defaultIp, ipv6Subnet, ipv6ExcludedPorts, ipv6ReservedCount, organisation } =
    row;
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
    organisation,
    organisationId: organisation?.id ?? null,
  };
}

/** What the members of its organisation may know. */
export function toOrganisationNode(row: OwnNodeRow): OrganisationNodeResponse {
  const { url, fqdn, portRangeStart, portRangeEnd, defaultIp, ipv6Subnet, cost } = row;
  return { ...toAvailableNode(row), url, fqdn, portRangeStart, portRangeEnd, defaultIp, ipv6Subnet, cost };
}
