import { forbidden, notFound } from '../../common/errors/panel-error.js';
import type { Prisma } from '../../generated/prisma/client.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import type { ServerScope } from '../access/server-scope.js';
import { isJson } from '../configuration/process-configuration.js';
import { eggVariables } from '../variables/egg-variable.js';
import { changedEnvironment } from '../variables/environment.js';
import type { Environment } from '../variables/environment.js';
import type { UpdateServerDto } from './dto/server-input.dto.js';

const columns = {
  uuid: true,
  name: true,
  description: true,
  autoSyncOnEggChange: true,
  ownerId: true,
  memory: true,
  disk: true,
  cpu: true,
  swap: true,
  ioWeight: true,
  kvmPassthrough: true,
  environment: true,
  transferring: true,
  egg: { select: { envVars: true, requiresKvm: true } },
} satisfies Prisma.ServerSelect;

export type StoredServer = Prisma.ServerGetPayload<{ select: typeof columns }>;

/** The server's row, locked until the transaction ends. @throws PanelError 404 when it was deleted meanwhile. */
export async function loadForUpdate(tx: Queryable, uuid: string): Promise<StoredServer> {
  await tx.$executeRaw`SELECT 1 FROM "Server" WHERE "uuid" = ${uuid}::uuid FOR NO KEY UPDATE`;
  const server = await tx.server.findUnique({ where: { uuid }, select: columns });
  if (server === null) throw notFound('Server not found', 'servers.not_found');
  return server;
}

/** What of the request changes something, and may be changed by this caller. @throws PanelError 403. */
export function changesOf(scope: ServerScope, server: StoredServer, dto: UpdateServerDto): Prisma.ServerUpdateInput {
  const { name, description, memory, disk, cpu, swap, ioWeight, environment, autoSyncOnEggChange } = dto;
  if (memory !== undefined || disk !== undefined || cpu !== undefined || autoSyncOnEggChange !== undefined) {
    scope.require('resources');
  }
  if (!scope.isStaff && swap !== undefined && swap !== server.swap) {
    throw forbidden('Only admins may modify swap on an existing server.', 'servers.swap_admin_only');
  }
  if (!scope.isStaff && ioWeight !== undefined && ioWeight !== server.ioWeight) {
    throw forbidden('Only admins may modify IO weight on an existing server.', 'servers.io_admin_only');
  }
  return {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(memory !== undefined && { memory }),
    ...(disk !== undefined && { disk }),
    ...(cpu !== undefined && { cpu }),
    ...(swap !== undefined && { swap }),
    ...(ioWeight !== undefined && { ioWeight }),
    ...(autoSyncOnEggChange !== undefined && { autoSyncOnEggChange }),
    ...kvmChange(scope, server, dto.kvmPassthroughEnabled),
    ...(environment !== undefined && { environment: mergedEnvironment(scope, server, environment) }),
  };
}

function kvmChange(
  scope: ServerScope,
  server: StoredServer,
  wanted: boolean | undefined,
): { kvmPassthrough?: boolean } {
  if (wanted === undefined || wanted === server.kvmPassthrough) return {};
  if (!wanted && server.egg.requiresKvm) {
    throw forbidden('This egg requires KVM and it cannot be disabled.', 'servers.kvm_required');
  }
  if (!scope.isStaff && !server.egg.requiresKvm) {
    throw forbidden('Only admins may modify KVM passthrough on an existing server.', 'servers.kvm_admin_only');
  }
  return { kvmPassthrough: wanted };
}

function mergedEnvironment(scope: ServerScope, server: StoredServer, given: Record<string, unknown>): Environment {
  scope.require('startup');
  const stored = isJson(server.environment) ? (server.environment as Environment) : {};
  const variables = eggVariables(server.egg.envVars);
  return changedEnvironment({ variables, stored, given: { ...stored, ...given }, isStaff: scope.isStaff });
}
