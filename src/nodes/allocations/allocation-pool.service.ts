import { Injectable } from '@nestjs/common';
import { Prisma } from '../../generated/prisma/client.js';
import { badRequest, notFound } from '../../common/errors/panel-error.js';
import { AuditLog } from '../../common/audit/audit-log.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { nodeNotFound, nodeRefOf } from '../directory/node-ref.js';
import type {
  AddAllocationsDto,
  AllocationListResponse,
  AllocationQueryDto,
  AllocationResponse,
  AllocationsAddedResponse,
  AllocationsRemovedResponse,
  RemoveAllocationsDto,
  UpdateAllocationDto,
} from './dto/allocations.dto.js';
import { addressesOf, MOST_ADDRESSES } from './address-list.js';
import { portCount, portsOf } from './port-list.js';
import type { PortRange } from './port-list.js';

/** Ports that one call may name. */
const MOST_PORTS = 10_000;
const ANY_ADDRESS = '0.0.0.0';

const allocationColumns = {
  id: true,
  ip: true,
  port: true,
  alias: true,
  notes: true,
  isDefault: true,
  dedicated: true,
  server: { select: { uuid: true, name: true } },
} satisfies Prisma.AllocationSelect;

interface RangedNode {
  readonly id: number;
  readonly portRangeStart: number | null;
  readonly portRangeEnd: number | null;
  readonly defaultIp: string | null;
  readonly ipv6ExcludedPorts: string | null;
}

interface NewPorts {
  readonly nodeId: number;
  readonly ips: readonly string[];
  readonly ranges: readonly PortRange[];
  readonly excluded?: readonly PortRange[];
  readonly alias?: string | null;
  readonly dedicated?: boolean;
}

interface Who {
  readonly userId: number;
  readonly ip: string;
}

/** The ports that a node has to give, for its administrators. */
@Injectable()
export class AllocationPool {
  constructor(
    private readonly prisma: PrismaService,
    private readonly audit: AuditLog,
  ) {}

  /** Adds ports; those that exist stay as they are. @throws PanelError 400, 404. */
  async add(ref: string, body: AddAllocationsDto, who: Who): Promise<AllocationsAddedResponse> {
    const ips = readAddresses(body.ip);
    const ranges = readPorts(body.ports, ips.length);
    const node = await this.node(ref);
    const created = await this.prisma.$transaction(async (tx) => {
      const kind = { alias: body.alias ?? null, dedicated: body.dedicated ?? false };
      const count = await insert(tx, { nodeId: node.id, ips, ranges, ...kind });
      await this.record(tx, who, 'node:allocations:create', node, { ip: body.ip, ports: body.ports.join(', '), count });
      return count;
    });
    const { total } = await this.totals(node.id);
    return { success: true, created, skipped: ips.length * distinctCount(ranges) - created, total };
  }

  async list(ref: string, query: AllocationQueryDto): Promise<AllocationListResponse> {
    const node = await this.node(ref);
    const { page, perPage, filter } = query;
    const taken = filter === undefined ? {} : { serverUuid: filter === 'free' ? null : { not: null } };
    const where = { nodeId: node.id, ...taken };
    const [rows, total] = await Promise.all([
      this.prisma.allocation.findMany({
        where,
        select: allocationColumns,
        orderBy: [{ ip: 'asc' }, { port: 'asc' }],
        skip: (page - 1) * perPage,
        take: perPage,
      }),
      this.prisma.allocation.count({ where }),
    ]);
    return { allocations: rows, page, perPage, total };
  }

  /** Changes what is shown of a port and whether it is kept for somebody. @throws PanelError 404. */
  async update(ref: string, id: number, body: UpdateAllocationDto, who: Who): Promise<AllocationResponse> {
    const node = await this.node(ref);
    const { alias, notes, dedicated } = body;
    const data = {
      ...(alias !== undefined && { alias: alias === '' ? null : alias }),
      ...(notes !== undefined && { notes: notes === '' ? null : notes }),
      ...(dedicated !== undefined && { dedicated: dedicated ?? false }),
    };
    return this.prisma.$transaction(async (tx) => {
      const { count } = await tx.allocation.updateMany({ where: { id, nodeId: node.id }, data });
      if (count === 0) throw notFound('Allocation not found', 'allocations.not_found');
      const row = await tx.allocation.findUniqueOrThrow({ where: { id }, select: allocationColumns });
      await this.record(tx, who, 'node:allocations:update', node, { ip: row.ip, port: row.port });
      return row;
    });
  }

  /** Removes ports that no server has; the others stay. @throws PanelError 400, 404. */
  async remove(ref: string, body: RemoveAllocationsDto, who: Who): Promise<AllocationsRemovedResponse> {
    const wanted = wantedRows(body);
    const node = await this.node(ref);
    const where = { nodeId: node.id, ...wanted };
    const deleted = await this.prisma.$transaction(async (tx) => {
      const { count } = await tx.allocation.deleteMany({ where: { ...where, serverUuid: null } });
      await this.record(tx, who, 'node:allocations:delete', node, { count });
      return count;
    });
    return { success: true, deleted, inUse: await this.prisma.allocation.count({ where }) };
  }

  /** Makes the ports of a node's range, without the excluded ones, on its default address. */
  async fillRange(tx: Queryable, node: RangedNode): Promise<void> {
    const { id, portRangeStart: from, portRangeEnd: to, defaultIp, ipv6ExcludedPorts } = node;
    if (from === null || to === null) return;
    const excluded = portsOf((ipv6ExcludedPorts ?? '').split(/[\s,]+/).filter(Boolean)) ?? [];
    await insert(tx, { nodeId: id, ips: [defaultIp ?? ANY_ADDRESS], ranges: [{ from, to }], excluded });
  }

  private async node(ref: string): Promise<{ id: number; name: string }> {
    const node = await this.prisma.node.findUnique({ where: nodeRefOf(ref), select: { id: true, name: true } });
    if (node === null) throw nodeNotFound();
    return node;
  }

  private async totals(nodeId: number): Promise<{ total: number }> {
    return { total: await this.prisma.allocation.count({ where: { nodeId } }) };
  }

  private async record(
    tx: Queryable,
    { userId, ip }: Who,
    action: string,
    node: { id: number; name: string },
    metadata: Record<string, string | number>,
  ): Promise<void> {
    const entry = { userId, action, targetType: 'node', targetId: node.id, ipAddress: ip } as const;
    await this.audit.record({ ...entry, metadata: { name: node.name, ...metadata } }, tx);
  }
}

/** One statement, however many ports; answers how many are new. */
async function insert(tx: Queryable, ports: NewPorts): Promise<number> {
  const { nodeId, ips, ranges, excluded = [], alias = null, dedicated = false } = ports;
  return tx.$executeRaw`
    INSERT INTO "Allocation" ("nodeId", "ip", "port", "alias", "dedicated")
    SELECT ${nodeId}::int, address."ip", wanted."port", ${alias}, ${dedicated}::boolean
    FROM unnest(${[...ips]}::text[]) WITH ORDINALITY AS address("ip", "place"),
      (SELECT DISTINCT port AS "port" FROM ${rangeTable(ranges)} r, generate_series(r."from", r."to") AS port) wanted
    WHERE NOT EXISTS (SELECT 1 FROM ${rangeTable(excluded)} e WHERE wanted."port" BETWEEN e."from" AND e."to")
    ORDER BY address."place", wanted."port"
    ON CONFLICT ("nodeId", "ip", "port") DO NOTHING`;
}

function rangeTable(ranges: readonly PortRange[]): Prisma.Sql {
  const [from, to] = [ranges.map((range) => range.from), ranges.map((range) => range.to)];
  return Prisma.sql`(SELECT * FROM unnest(${from}::int[], ${to}::int[]) AS t("from", "to"))`;
}

function readAddresses(text: string): string[] {
  const addresses = addressesOf(text.trim());
  if (addresses === undefined) throw badRequest('ip must be an IP address or a CIDR block', 'allocations.ip');
  if (addresses === 'too many')
    throw badRequest(`At most ${MOST_ADDRESSES} addresses at a time`, 'allocations.too_many');
  return addresses;
}

/** @param times on how many addresses each port is. */
function readPorts(entries: readonly string[], times = 1): PortRange[] {
  const ranges = portsOf(entries);
  if (ranges === undefined) {
    throw badRequest('ports must be ports or ranges between 1 and 65535, as 25565 or 25570-25580', 'allocations.ports');
  }
  if (portCount(ranges) * times > MOST_PORTS) {
    throw badRequest(`At most ${MOST_PORTS} ports at a time`, 'allocations.too_many');
  }
  return ranges;
}

function distinctCount(ranges: readonly PortRange[]): number {
  const ports = new Set<number>();
  for (const { from, to } of ranges) for (let port = from; port <= to; port += 1) ports.add(port);
  return ports.size;
}

function wantedRows({ ids, ip, ports }: RemoveAllocationsDto): Prisma.AllocationWhereInput {
  if (ids && ids.length > 0) return { id: { in: ids } };
  if (!ip || !ports || ports.length === 0) throw badRequest('ids, or ip and ports are required', 'allocations.missing');
  const ips = readAddresses(ip);
  return {
    ip: { in: ips },
    OR: readPorts(ports, ips.length).map(({ from, to }) => ({ port: { gte: from, lte: to } })),
  };
}
