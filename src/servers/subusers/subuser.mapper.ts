import type { Prisma } from '../../generated/prisma/client.js';
import type { SubuserEntry, SubuserInvite } from './dto/subuser.dto.js';

const entry = {
  id: true,
  serverUuid: true,
  userId: true,
  permissions: true,
  locked: true,
  accepted: true,
  createdAt: true,
} satisfies Prisma.ServerSubuserSelect;

export const subuserColumns = {
  ...entry,
  user: { select: { id: true, uuid: true, email: true, displayName: true, avatarUrl: true } },
} satisfies Prisma.ServerSubuserSelect;

export const inviteColumns = {
  ...entry,
  user: { select: { email: true } },
  server: { select: { name: true } },
} satisfies Prisma.ServerSubuserSelect;

export type SubuserRow = Prisma.ServerSubuserGetPayload<{ select: typeof subuserColumns }>;
export type InviteRow = Prisma.ServerSubuserGetPayload<{ select: typeof inviteColumns }>;

export function toSubuser({ user, ...row }: SubuserRow): SubuserEntry {
  const { id, email, displayName, avatarUrl } = user;
  return { ...row, userEmail: email, user: { id, email, displayName, avatarUrl } };
}

export const toInvite = ({ user, server, ...row }: InviteRow): SubuserInvite => ({
  ...row,
  userEmail: user.email,
  serverName: server.name,
  serverExists: true,
});
