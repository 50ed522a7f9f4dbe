import { Injectable } from '@nestjs/common';
import type { NodePrincipal } from '../../common/access/principal.js';
import { notFound } from '../../common/errors/panel-error.js';
import { boundedJson } from '../../common/validation/bounded-json.js';
import { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { ServerSuspensions } from '../suspension/server-suspensions.service.js';
import type { AbuseEventDto, AbuseEventResponse } from './dto/abuse.dto.js';

/** Incidents that are kept of one server, the newest: a daemon that reports without end fills no disk. */
const PER_SERVER = 100;
const ACTOR = 'anti-abuse system';
const DEFAULT_DETECTOR = 'antiabuse-rs';
const ENFORCED: ReadonlySet<string> = new Set(['suspend', 'block']);

const columns = {
  uuid: true,
  name: true,
  nodeId: true,
  suspended: true,
  node: { select: { name: true } },
} as const satisfies Prisma.ServerSelect;

type ReportedServer = Prisma.ServerGetPayload<{ select: typeof columns }>;

/** Whose word it is: a node's, for its own servers only, or that of an account that may speak of every server. */
interface AbuseReporter {
  readonly node: NodePrincipal | undefined;
  readonly ipAddress: string;
}

/** What detectors report of servers. */
@Injectable()
export class AbuseIncidents {
  constructor(
    private readonly prisma: PrismaService,
    private readonly suspensions: ServerSuspensions,
  ) {}

  /**
   * Keeps the incident and, when the detector wants the server suspended or blocked, suspends it: both or neither.
   * @throws PanelError 404 for a server, or an incident of another server, that the reporter has nothing to do with.
   */
  async report({ node, ipAddress }: AbuseReporter, dto: AbuseEventDto): Promise<AbuseEventResponse> {
    const { server, id, isSuspendedNow } = await this.prisma.$transaction(async (tx) => {
      const found = await lockServer(tx, dto.serverId, node);
      const isWanted = ENFORCED.has(dto.enforcementAction) && !found.suspended;
      const data = { ...incidentOf(dto), ...(isWanted && { suspendAttempted: true, suspendSuccess: true }) };
      const incident = await keep(tx, found, dto, data);
      if (isWanted) {
        const target = { uuid: found.uuid, nodeId: found.nodeId, userId: null };
        await this.suspensions.suspendIn(tx, target, { by: ACTOR, reason: dto.reason, isDmca: false }, ipAddress);
      }
      return { server: found, id: incident, isSuspendedNow: isWanted };
    });
    // The daemon that waits for the answer is the one that has to be told.
    if (isSuspendedNow) void this.suspensions.cutOff(server);
    return {
      success: true,
      submissionId: id,
      formId: null,
      aiAssessment: null,
      emailSent: false,
      emailError: null,
      ...(dto.incidentId !== undefined && { updated: true }),
    };
  }
}

/** Of two reports at once the second sees whether the first suspended the server. */
async function lockServer(tx: Queryable, uuid: string, node: NodePrincipal | undefined): Promise<ReportedServer> {
  const where = { uuid, ...(node !== undefined && { nodeId: node.nodeId }) };
  const isThere = (await tx.server.count({ where })) > 0;
  if (isThere) await tx.$executeRaw`SELECT 1 FROM "Server" WHERE "uuid" = ${uuid}::uuid FOR NO KEY UPDATE`;
  const server = isThere ? await tx.server.findFirst({ where, select: columns }) : null;
  if (server === null) throw notFound('Server not found', 'servers.not_found');
  return server;
}

type IncidentData = ReturnType<typeof incidentOf>;

function incidentOf(dto: AbuseEventDto) {
  return {
    reason: dto.reason,
    detectorName: dto.detectorName ?? DEFAULT_DETECTOR,
    detectionType: dto.detectionType ?? 'unknown',
    enforcementAction: dto.enforcementAction,
    strikeCount: dto.strikeCount ?? 0,
    suspendAttempted: dto.suspendAttempted ?? false,
    suspendSuccess: dto.suspendSuccess ?? false,
    sourceIp: dto.sourceIp ?? null,
    targetIp: dto.targetIp ?? null,
    targetPort: dto.targetPort ?? null,
    metrics: jsonOf(dto.metrics),
    recentEvents: jsonOf(dto.recentEvents),
  };
}

const jsonOf = (value: object | undefined): Prisma.InputJsonValue | typeof Prisma.DbNull =>
  value === undefined ? Prisma.DbNull : (JSON.parse(boundedJson(value)) as Prisma.InputJsonValue);

/** @returns the number of the incident. */
async function keep(tx: Queryable, server: ReportedServer, dto: AbuseEventDto, data: IncidentData): Promise<number> {
  const { uuid: serverUuid, name: serverName, nodeId, node } = server;
  if (dto.incidentId !== undefined) {
    const { count } = await tx.abuseIncident.updateMany({ where: { id: dto.incidentId, serverUuid }, data });
    if (count === 0) throw notFound('Incident not found', 'abuse.incident_not_found');
    return dto.incidentId;
  }
  const { id } = await tx.abuseIncident.create({
    data: { ...data, serverUuid, serverName, nodeId, nodeName: node.name },
    select: { id: true },
  });
  await tx.$executeRaw`
    DELETE FROM "AbuseIncident" WHERE "serverUuid" = ${serverUuid}::uuid AND "id" <= (
      SELECT "id" FROM "AbuseIncident" WHERE "serverUuid" = ${serverUuid}::uuid
      ORDER BY "id" DESC OFFSET ${PER_SERVER} LIMIT 1
    )`;
  return id;
}
