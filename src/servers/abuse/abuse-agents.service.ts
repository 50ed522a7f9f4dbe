import { Injectable } from '@nestjs/common';
import type { NodePrincipal } from '../../common/access/principal.js';
import { NodeCommands } from '../../nodes/commands/node-commands.service.js';
import { Database } from '../../prisma/database.js';
import { SEE_AGENT } from './abuse.sql.js';
import type { AgentCounts } from './abuse.sql.js';
import type { AbuseHeartbeatDto, AbuseHeartbeatResponse } from './dto/abuse.dto.js';

const ACTIVE_SECONDS = 120;
const DEFAULT_DETECTOR = 'antiabuse-rs';

/** The programs on nodes that watch for abuse. */
@Injectable()
export class AbuseAgents {
  constructor(
    private readonly database: Database,
    private readonly commands: NodeCommands,
  ) {}

  /** Notes a sign of life. A node has one agent, whatever it calls itself, and is handed what waits for it. */
  async heartbeat(node: NodePrincipal | undefined, dto: AbuseHeartbeatDto): Promise<AbuseHeartbeatResponse> {
    const { detectorName = DEFAULT_DETECTOR, nodeName, version, configVersion, pid } = dto;
    const agentId = dto.agentId ?? `${detectorName}@${nodeName ?? 'unknown'}`.slice(0, 120);
    const key = node === undefined ? `agent:${agentId}` : `node:${node.nodeId}`;
    const values = [nodeName, version, configVersion, pid].map((value) => value ?? null);
    const [counts] = await this.database.query<AgentCounts>(SEE_AGENT, [
      ...[key, agentId, detectorName, node?.nodeId ?? null],
      ...[...values, ACTIVE_SECONDS],
    ]);
    // Last of all: a command that was taken is not handed out again.
    const command = node === undefined ? undefined : await this.commands.take(node.nodeId);
    return {
      success: true,
      agentId,
      activeAgents: counts?.active ?? 1,
      totalAgents: counts?.total ?? 1,
      ...(command !== undefined && {
        commands: [{ action: command.action, payload: command.payload as Record<string, unknown> }],
      }),
    };
  }
}
