import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { NodeType } from '../../../generated/prisma/client.js';

export const NODE_TYPES = ['free', 'paid', 'free_and_paid', 'enterprise'] as const satisfies NodeType[];

/** `maintenance` is what an administrator said, the others what heartbeats say. */
export const NODE_STATES = ['online', 'degraded', 'offline', 'maintenance'] as const;
type NodeState = (typeof NODE_STATES)[number];

const text = { type: String, nullable: true } as const;
const integer = { type: 'integer', nullable: true } as const;

export class NodeOrganisation {
  @ApiProperty({ type: 'integer' })
  id!: number;

  @ApiProperty()
  name!: string;

  @ApiProperty()
  handle!: string;
}

export class NodeLocation {
  @ApiProperty({ type: 'integer' })
  id!: number;

  @ApiProperty({ example: 'eu-fra' })
  shortCode!: string;

  @ApiProperty({ example: 'Frankfurt' })
  name!: string;
}

/** What every user may know of a node that is open to him. */
export class AvailableNodeResponse {
  @ApiProperty({ type: 'integer', example: 1 })
  id!: number;

  @ApiProperty({ format: 'uuid', description: 'How the daemon calls itself.' })
  nodeId!: string;

  @ApiProperty({ example: 'fra-1' })
  name!: string;

  @ApiProperty({ enum: NODE_TYPES, description: 'Which portals may place servers on it.' })
  nodeType!: NodeType;

  @ApiProperty({ ...integer, example: 65_536, description: 'Capacity in MiB; null is unlimited.' })
  memory!: number | null;

  @ApiProperty({ ...integer, example: 1_000_000, description: 'Capacity in MiB; null is unlimited.' })
  disk!: number | null;

  @ApiProperty({ ...integer, example: 1600, description: 'Capacity in percent of a thread; null is unlimited.' })
  cpu!: number | null;

  @ApiProperty({ ...integer, description: 'Most servers; null is unlimited.' })
  serverLimit!: number | null;

  @ApiProperty({ description: 'No new servers.' })
  deploymentsDisabled!: boolean;

  @ApiProperty({ ...text, description: 'Shown while no new servers are taken.' })
  deploymentNotice!: string | null;

  @ApiProperty({ type: NodeLocation, nullable: true, description: 'Where it stands.' })
  location!: NodeLocation | null;
}

/** A node as administrators see it. Never holds its token or root login. */
export class NodeResponse extends AvailableNodeResponse {
  @ApiProperty({ example: 'https://fra-1.example.com:8080', description: 'Where browsers and other daemons reach it.' })
  url!: string;

  @ApiProperty({ ...text, description: 'Where the panel reaches it, when that differs.' })
  backendWingsUrl!: string | null;

  @ApiProperty({ ...text, example: 'fra-1.example.com' })
  fqdn!: string | null;

  @ApiProperty()
  useSSL!: boolean;

  @ApiProperty({ ...text, description: 'Origin that the panel sends with console sockets.' })
  allowedOrigin!: string | null;

  @ApiProperty({ type: 'integer', example: 2022 })
  sftpPort!: number;

  @ApiProperty(integer)
  sftpProxyPort!: number | null;

  @ApiProperty({ ...integer, example: 25_565 })
  portRangeStart!: number | null;

  @ApiProperty({ ...integer, example: 25_665 })
  portRangeEnd!: number | null;

  @ApiProperty({ ...text, example: '203.0.113.5' })
  defaultIp!: string | null;

  @ApiProperty({ ...text, example: '2001:db8::/64' })
  ipv6Subnet!: string | null;

  @ApiProperty({ ...text, description: 'Ports that servers never get, separated by commas.' })
  ipv6ExcludedPorts!: string | null;

  @ApiProperty(integer)
  ipv6ReservedCount!: number | null;

  @ApiProperty({ example: 0 })
  cost!: number;

  @ApiProperty({ type: 'integer', description: 'Percent of memory that servers may have beyond the capacity.' })
  memoryOvercommit!: number;

  @ApiProperty({ type: 'integer', description: 'Percent of disk that servers may have beyond the capacity.' })
  diskOvercommit!: number;

  @ApiProperty({ type: 'integer', description: 'Percent of cpu that servers may have beyond the capacity.' })
  cpuOvercommit!: number;

  @ApiProperty(integer)
  locationId!: number | null;

  @ApiProperty({ description: 'Out of service: takes no new servers.' })
  maintenance!: boolean;

  @ApiProperty({ type: NodeOrganisation, nullable: true })
  organisation!: NodeOrganisation | null;

  @ApiProperty(integer)
  organisationId!: number | null;
}

/** A node as the members of its organisation see it. */
export class OrganisationNodeResponse extends AvailableNodeResponse {
  @ApiProperty({ example: 'https://fra-1.example.com:8080' })
  url!: string;

  @ApiProperty({ ...text, example: 'fra-1.example.com' })
  fqdn!: string | null;

  @ApiProperty({ ...integer, example: 25_565 })
  portRangeStart!: number | null;

  @ApiProperty({ ...integer, example: 25_665 })
  portRangeEnd!: number | null;

  @ApiProperty({ ...text, example: '203.0.113.5' })
  defaultIp!: string | null;

  @ApiProperty({ ...text, example: '2001:db8::/64' })
  ipv6Subnet!: string | null;

  @ApiProperty({ example: 0 })
  cost!: number;
}

export class NewestHeartbeat {
  @ApiProperty({ enum: ['ok', 'timeout', 'error'] })
  status!: 'ok' | 'timeout' | 'error';

  @ApiProperty(integer)
  responseMs!: number | null;

  @ApiProperty({ format: 'date-time' })
  timestamp!: string;
}

export class AdminNodeResponse extends NodeResponse {
  @ApiProperty({ type: 'integer' })
  serverCount!: number;

  @ApiProperty({ description: 'Whether new servers may be placed on it.' })
  healthy!: boolean;

  @ApiProperty({
    enum: NODE_STATES,
    nullable: true,
    description: 'What several heartbeats together say; null until the first.',
  })
  state!: NodeState | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'When `state` last changed.' })
  stateSince!: string | null;

  @ApiProperty({ type: NewestHeartbeat, nullable: true })
  lastHeartbeat!: NewestHeartbeat | null;

  @ApiProperty({ enum: ['go', 'rs', 'unknown'], description: 'Family of the daemon, learnt from its calls.' })
  daemonKind!: 'go' | 'rs' | 'unknown';

  @ApiProperty({ ...text, example: '1.11.13' })
  daemonVersion!: string | null;

  @ApiProperty({ ...text, description: 'Why the last probe failed.' })
  healthReason!: string | null;
}

/** A node for anybody: administrators get all fields, others those of AvailableNodeResponse. */
export class ListedNodeResponse extends AvailableNodeResponse {
  @ApiPropertyOptional()
  url?: string;

  @ApiPropertyOptional(text)
  backendWingsUrl?: string | null;

  @ApiPropertyOptional(text)
  fqdn?: string | null;

  @ApiPropertyOptional()
  useSSL?: boolean;

  @ApiPropertyOptional(text)
  allowedOrigin?: string | null;

  @ApiPropertyOptional({ type: 'integer' })
  sftpPort?: number;

  @ApiPropertyOptional(integer)
  sftpProxyPort?: number | null;

  @ApiPropertyOptional(integer)
  portRangeStart?: number | null;

  @ApiPropertyOptional(integer)
  portRangeEnd?: number | null;

  @ApiPropertyOptional(text)
  defaultIp?: string | null;

  @ApiPropertyOptional(text)
  ipv6Subnet?: string | null;

  @ApiPropertyOptional(text)
  ipv6ExcludedPorts?: string | null;

  @ApiPropertyOptional(integer)
  ipv6ReservedCount?: number | null;

  @ApiPropertyOptional()
  cost?: number;

  @ApiPropertyOptional({ type: 'integer' })
  memoryOvercommit?: number;

  @ApiPropertyOptional({ type: 'integer' })
  diskOvercommit?: number;

  @ApiPropertyOptional({ type: 'integer' })
  cpuOvercommit?: number;

  @ApiPropertyOptional(integer)
  locationId?: number | null;

  @ApiPropertyOptional()
  maintenance?: boolean;

  @ApiPropertyOptional({ type: NodeOrganisation, nullable: true })
  organisation?: NodeOrganisation | null;

  @ApiPropertyOptional(integer)
  organisationId?: number | null;
}

export class NodeResultResponse {
  @ApiProperty({ example: true })
  success!: true;

  @ApiProperty({ type: NodeResponse })
  node!: NodeResponse;
}

export class SuccessResponse {
  @ApiProperty({ example: true })
  success!: true;
}
