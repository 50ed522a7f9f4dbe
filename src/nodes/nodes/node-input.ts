import type { Prisma } from '../../generated/prisma/client.js';
import { dashedUuid } from '../directory/node-ref.js';
import type { NodeFieldsDto } from './dto/node-fields.dto.js';

const DEFAULT_SFTP_PORT = 2022;

type NodeData = Prisma.NodeUncheckedUpdateInput & Partial<Prisma.NodeUncheckedCreateInput>;

/**
 * Columns for what was sent: absent fields stay away, `null` clears. Columns that always hold something get their
 * default back.
 */
export function columnsOf(given: NodeFieldsDto & { name?: string | null; url?: string | null }): NodeData {
  const { nodeId, useSSL, nodeType, sftpPort, cost, name, url, backendWingsUrl, locationId, ...rest } = given;
  const { deploymentsDisabled, maintenance, memoryOvercommit, diskOvercommit, cpuOvercommit, ...others } = rest;
  const { orgId, ...plain } = others;
  const uuid = typeof nodeId === 'string' ? dashedUuid(nodeId) : undefined;
  return {
    ...withoutUndefined(plain),
    ...(uuid !== undefined && { uuid }),
    ...(orgId !== undefined && { organisationId: orgId === 0 ? null : orgId }),
    ...(typeof name === 'string' && { name: name.trim() }),
    ...(typeof url === 'string' && { url: withoutSlash(url) }),
    ...(backendWingsUrl !== undefined && {
      backendWingsUrl: backendWingsUrl === null ? null : withoutSlash(backendWingsUrl),
    }),
    ...(typeof useSSL === 'boolean' && { useSsl: useSSL }),
    ...(nodeType !== undefined && { nodeType: nodeType ?? 'free' }),
    ...(sftpPort !== undefined && { sftpPort: sftpPort ?? DEFAULT_SFTP_PORT }),
    ...(cost !== undefined && { cost: cost ?? 0 }),
    ...withDefault({ deploymentsDisabled, maintenance }, false),
    ...withDefault({ memoryOvercommit, diskOvercommit, cpuOvercommit }, 0),
    ...(locationId !== undefined && { locationId }),
  };
}

type PlainFields = Pick<
  NodeFieldsDto,
  | 'allowedOrigin'
  | 'fqdn'
  | 'defaultIp'
  | 'ipv6Subnet'
  | 'ipv6ExcludedPorts'
  | 'ipv6ReservedCount'
  | 'sftpProxyPort'
  | 'portRangeStart'
  | 'portRangeEnd'
  | 'memory'
  | 'disk'
  | 'cpu'
  | 'serverLimit'
  | 'deploymentNotice'
>;

function withoutUndefined(fields: PlainFields): NodeData {
  return Object.fromEntries(Object.entries<unknown>(fields).filter(([, value]) => value !== undefined));
}

/** Columns that always hold something: `null` brings the default back. */
function withDefault<Value>(fields: Record<string, Value | null | undefined>, standard: Value): Record<string, Value> {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, value ?? standard]));
}

const withoutSlash = (url: string): string => url.trim().replace(/\/+$/, '');
