import { Injectable } from '@nestjs/common';
import { unavailable } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { NodeHealth } from '../health/node-health.service.js';
import { hasRoom, isOpenTo, lockAutomaticPlacement, lockNode, rankNodes } from './placement.sql.js';
import type { Demand, NodeReach } from './placement.sql.js';
import { nodeTypesFor, organisationNodeTypesFor } from './tiers.js';
import type { PortalRights } from './tiers.js';

/** Who wants to place a server of what size, and where if he has a preference. */
export interface PlacementRequest extends PortalRights, Demand {
  /** Whose the server will be: nodes of his organisations are open to him. */
  readonly ownerId: number;
  readonly nodeId?: number;
  /** Any node there; with `nodeId` the node must stand there. */
  readonly locationId?: number;
  /** Not there: where a server is that moves. */
  readonly excludedNodeId?: number;
}

export interface PlacedNode {
  readonly id: number;
  readonly uuid: string;
  readonly name: string;
}

const placed = { id: true, uuid: true, name: true } as const;
const refuse = (message: string, code: string): PanelError => unavailable(message, code, 60);

/** Decides where a new server goes, or one that moves. */
@Injectable()
export class NodePlacement {
  constructor(private readonly health: NodeHealth) {}

  /**
   * The node for a new server, locked in the caller's transaction: as long as the caller inserts the server in it, no
   * number of placements at once takes a node beyond its capacity.
   * @throws PanelError 503 with the text of contract servers, "Node pick".
   */
  async choose(tx: Queryable, request: PlacementRequest): Promise<PlacedNode> {
    return request.nodeId === undefined ? this.best(tx, request) : this.preferred(tx, request.nodeId, request);
  }

  /** Types first, then the most room; unlike the panels before, never a node of another portal. */
  private async best(tx: Queryable, request: PlacementRequest): Promise<PlacedNode> {
    const { maximumAgeSeconds } = this.health;
    await lockAutomaticPlacement(tx);
    const { locationId } = request;
    const candidates = await rankNodes(tx, {
      reach: reachOf(request),
      demand: request,
      maximumAgeSeconds,
      ...(locationId !== undefined && { locationId }),
    });
    // Nearly always the first: only a placement that named the node itself can have filled it in the meantime.
    for (const id of candidates) {
      if (id === request.excludedNodeId) continue;
      await lockNode(tx, id);
      if (!(await hasRoom(tx, id, request))) continue;
      // Read under the lock: it may have been closed for deployments since the ranking.
      const node = await tx.node.findUnique({
        where: { id, deploymentsDisabled: false, maintenance: false },
        select: placed,
      });
      if (node !== null) return node;
    }
    throw refuse('No nodes available', 'nodes.none_available');
  }

  private async preferred(tx: Queryable, nodeId: number, request: PlacementRequest): Promise<PlacedNode> {
    await lockNode(tx, nodeId);
    const node = await tx.node.findUnique({
      where: { id: nodeId },
      select: {
        ...placed,
        deploymentsDisabled: true,
        deploymentNotice: true,
        maintenance: true,
        locationId: true,
      },
    });
    if (node === null) throw refuse('Specified node not found', 'nodes.not_found');
    const { deploymentsDisabled, deploymentNotice, maintenance, locationId, ...found } = node;
    const isOpen = request.seesAllNodes || (await isOpenTo(tx, nodeId, reachOf(request)));
    if (!isOpen) throw refuseTier(request);
    if (request.locationId !== undefined && request.locationId !== locationId) {
      throw refuse('This node is not at the location', 'nodes.other_location');
    }
    if (deploymentsDisabled || maintenance) {
      const notice = deploymentNotice ?? 'This node is temporarily unavailable for deployments';
      throw refuse(notice, 'nodes.deployments_disabled');
    }
    if (!this.health.isHealthy(nodeId)) throw refuse('Preferred node is currently unavailable', 'nodes.unhealthy');
    if (!(await hasRoom(tx, nodeId, request))) throw refuse('This node has no room for the server', 'nodes.full');
    return found;
  }
}

/** Automatic placement never takes a node of an organisation that the owner is not in, whoever asks for it. */
function reachOf(request: PlacementRequest): NodeReach {
  const { ownerId } = request;
  return { ownerId, types: nodeTypesFor(request), organisationTypes: organisationNodeTypesFor(request) };
}

function refuseTier({ tier }: PortalRights): PanelError {
  return tier === 'enterprise'
    ? refuse('Node not available for your organisation', 'nodes.other_organisation')
    : refuse('Node not available for your portal tier', 'nodes.other_tier');
}
