import type { Prisma } from '../../generated/prisma/client.js';
import type { RolloutResponse } from './dto/rollouts.dto.js';

const SHOWN_OVERRIDES = 500;

export const OVERRIDE = { id: true, userId: true, treatment: true, createdAt: true } as const;

export const ROLLOUT = {
  id: true,
  name: true,
  description: true,
  key: true,
  active: true,
  hashRangeStart: true,
  hashRangeEnd: true,
  treatment: true,
  createdAt: true,
  updatedAt: true,
  overrides: { select: OVERRIDE, orderBy: { id: 'desc' }, take: SHOWN_OVERRIDES },
  _count: { select: { overrides: true } },
} as const satisfies Prisma.RolloutSelect;

type Row = Prisma.RolloutGetPayload<{ select: typeof ROLLOUT }>;

export function toRollout({ _count, ...rollout }: Row): RolloutResponse {
  return { ...rollout, overrideCount: _count.overrides };
}
