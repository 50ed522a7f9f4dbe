import type { Prisma } from '../../generated/prisma/client.js';
import { defaultsOf } from '../configuration/egg-template.js';
import { isJson, normaliseStartup, normaliseStop } from '../configuration/process-configuration.js';
import { eggVariables, hiddenNames } from '../variables/egg-variable.js';
import { without } from '../variables/environment.js';
import type { Environment } from '../variables/environment.js';
import type { DockerImageOption, ServerStartup, StartupProcess, StartupProcessDto } from './dto/startup.dto.js';

export const startupColumns = {
  environment: true,
  startup: true,
  dockerImage: true,
  processConfig: true,
  egg: { select: { name: true, envVars: true, dockerImage: true, dockerImages: true, processConfig: true } },
} satisfies Prisma.ServerSelect;

export type StartupRow = Prisma.ServerGetPayload<{ select: typeof startupColumns }>;

export function toStartup(row: StartupRow, isStaff: boolean): ServerStartup {
  const variables = eggVariables(row.egg.envVars);
  return {
    environment: visibleEnvironment(row, isStaff),
    startup: row.startup,
    dockerImage: row.dockerImage,
    dockerImageOptions: optionsOf(row),
    envVars: isStaff ? variables : variables.filter((variable) => variable.user_viewable),
    eggName: row.egg.name,
    processConfig: processOf(row),
  };
}

/** The egg's defaults and the server's own values over them; without what the egg hides from users. */
export function visibleEnvironment(row: StartupRow, isStaff: boolean): Environment {
  const environment = {
    ...defaultsOf(row.egg.envVars),
    ...(isJson(row.environment) ? (row.environment as Environment) : {}),
  };
  return isStaff ? environment : without(environment, hiddenNames(eggVariables(row.egg.envVars)));
}

/** What is in force: the egg's, key by key replaced by the server's own. */
export function processOf(row: StartupRow): StartupProcess {
  const egg = isJson(row.egg.processConfig) ? row.egg.processConfig : {};
  const own = isJson(row.processConfig) ? row.processConfig : {};
  return {
    startup: normaliseStartup(own['startup'] ?? egg['startup']),
    stop: normaliseStop(own['stop'] ?? egg['stop']),
  };
}

/** The server's own part after a change; what it does not mention goes on following the egg. */
export function mergedProcess(row: StartupRow, given: StartupProcessDto): Prisma.InputJsonObject {
  const own = isJson(row.processConfig) ? row.processConfig : {};
  const inForce = processOf(row);
  const startup = given.startup && { ...normaliseStartup({ ...inForce.startup, ...given.startup }) };
  const stop = given.stop && { ...normaliseStop({ ...inForce.stop, ...given.stop }) };
  return { ...own, ...(startup && { startup }), ...(stop && { stop }) };
}

/** Images that a user may choose: the egg's, and the one the server has. */
export const imagesOf = (row: StartupRow): string[] => [
  row.egg.dockerImage,
  row.dockerImage,
  ...eggImages(row).map(({ value }) => value),
];

function optionsOf(row: StartupRow): DockerImageOption[] {
  const images = eggImages(row);
  if (!images.some(({ value }) => value === row.egg.dockerImage)) {
    images.unshift({ label: 'Default', value: row.egg.dockerImage });
  }
  if (!images.some(({ value }) => value === row.dockerImage)) {
    images.unshift({ label: 'Custom', value: row.dockerImage });
  }
  return images;
}

function eggImages({ egg }: StartupRow): DockerImageOption[] {
  const stored = isJson(egg.dockerImages) ? egg.dockerImages : {};
  return Object.entries(stored).flatMap(([label, value]) => (typeof value === 'string' ? [{ label, value }] : []));
}
