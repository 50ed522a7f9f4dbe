import { badRequest, forbidden, notFound } from '../../common/errors/panel-error.js';
import type { PortalType } from '../../generated/prisma/client.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { isJson } from '../configuration/process-configuration.js';
import { eggVariables } from '../variables/egg-variable.js';
import type { EggVariable } from '../variables/egg-variable.js';

/** What a new server takes from its egg. */
export interface CreationEgg {
  readonly id: number;
  readonly dockerImage: string;
  readonly startup: string;
  readonly variables: readonly EggVariable[];
  readonly requiresKvm: boolean;
  /** Whether the egg has an installation script. */
  readonly isInstalled: boolean;
}

interface EggRequest {
  readonly eggId?: number;
  readonly kvmPassthroughEnabled?: boolean;
}

interface EggRights {
  readonly portal: PortalType;
  readonly isAdmin: boolean;
}

/** The egg that was asked for. @throws PanelError 400, 403, 404 with the contract's texts when the caller may not have it. */
export async function loadEggFor(tx: Queryable, request: EggRequest, rights: EggRights): Promise<CreationEgg> {
  if (request.eggId === undefined) throw badRequest('eggId is required', 'servers.egg_required');
  const egg = await tx.egg.findUnique({
    where: { id: request.eggId },
    select: {
      id: true,
      dockerImage: true,
      startup: true,
      envVars: true,
      installScript: true,
      visible: true,
      requiresKvm: true,
      allowedPortals: true,
    },
  });
  if (egg === null) throw notFound('Egg not found', 'eggs.not_found');
  if (!rights.isAdmin) assertAvailable(egg, request, rights.portal);
  const { id, dockerImage, startup, requiresKvm } = egg;
  const variables = eggVariables(egg.envVars);
  return { id, dockerImage, startup, requiresKvm, variables, isInstalled: hasScript(egg.installScript) };
}

function assertAvailable(
  egg: { readonly visible: boolean; readonly requiresKvm: boolean; readonly allowedPortals: readonly string[] },
  request: EggRequest,
  portal: PortalType,
): void {
  if (request.kvmPassthroughEnabled === true && !egg.requiresKvm) {
    throw forbidden('Only admins may enable KVM during creation', 'servers.kvm_admin_only');
  }
  if (!egg.visible) throw forbidden('Egg not available', 'eggs.hidden');
  if (!isOpenTo(egg.allowedPortals, portal)) {
    throw forbidden('Egg not available for your portal type', 'eggs.other_portal');
  }
}

/** An empty list is open to all; education has what paying customers have. */
const isOpenTo = (portals: readonly string[], portal: PortalType): boolean =>
  portals.length === 0 || portals.includes(portal) || (portal === 'educational' && portals.includes('paid'));

const hasScript = (stored: unknown): boolean =>
  isJson(stored) && typeof stored['script'] === 'string' && stored['script'].trim() !== '';
