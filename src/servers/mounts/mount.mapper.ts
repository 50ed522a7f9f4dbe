import type { Prisma } from '../../generated/prisma/client.js';
import type { MountResponse } from './dto/mount.dto.js';

export const mountColumns = {
  id: true,
  name: true,
  description: true,
  source: true,
  target: true,
  readOnly: true,
  allowedEggs: true,
  createdAt: true,
  updatedAt: true,
} satisfies Prisma.MountSelect;

type MountRow = Prisma.MountGetPayload<{ select: typeof mountColumns }>;

/** @param withSource whether the caller may know the folder of the node. */
export function toMount(row: MountRow, withSource: boolean): MountResponse {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    source: withSource ? row.source : '',
    target: row.target,
    read_only: row.readOnly,
    allowed_eggs: row.allowedEggs,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
