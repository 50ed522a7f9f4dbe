import { badRequest } from '../../common/errors/panel-error.js';
import { nodeNotFound, nodeRefOf } from '../../nodes/directory/node-ref.js';
import type { NodeRef } from '../../nodes/directory/node-ref.js';
import type { Queryable } from '../../prisma/prisma.service.js';

/** Who works on a whole node. */
export interface Operator {
  readonly userId: number;
  readonly ip: string;
}

export interface FleetNode {
  readonly id: number;
  readonly name: string;
}

/** @throws PanelError 400 for what cannot name a node, 404 for one that does not exist (contract nodes). */
export async function findNode(prisma: Queryable, ref: string): Promise<FleetNode> {
  const node = await prisma.node.findUnique({ where: readRef(ref), select: { id: true, name: true } });
  if (node === null) throw nodeNotFound();
  return node;
}

function readRef(ref: string): NodeRef {
  try {
    return nodeRefOf(ref);
  } catch {
    throw badRequest('Invalid node id', 'nodes.invalid_id');
  }
}
