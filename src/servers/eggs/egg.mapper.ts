import type { Prisma } from '../../generated/prisma/client.js';
import { textOf } from '../configuration/egg-template.js';
import { isJson, normaliseConfigs, normaliseStartup, normaliseStop } from '../configuration/process-configuration.js';
import { eggVariables } from '../variables/egg-variable.js';
import type { EggDetail, EggInstallScript, EggSummary } from './dto/egg.dto.js';

export const summaryColumns = {
  id: true,
  uuid: true,
  name: true,
  description: true,
  author: true,
  dockerImage: true,
  dockerImages: true,
  startup: true,
  envVars: true,
  features: true,
  allowedPortals: true,
  visible: true,
  requiresKvm: true,
  rootless: true,
  createdAt: true,
  updatedAt: true,
} satisfies Prisma.EggSelect;

export const detailColumns = {
  ...summaryColumns,
  configFiles: true,
  processConfig: true,
  installScript: true,
  fileDenylist: true,
  updateUrl: true,
} satisfies Prisma.EggSelect;

type SummaryRow = Prisma.EggGetPayload<{ select: typeof summaryColumns }>;
type DetailRow = Prisma.EggGetPayload<{ select: typeof detailColumns }>;

/** @param seesAll whether variables that users may not view are shown too. */
export function toSummary(row: SummaryRow, seesAll = false): EggSummary {
  const { dockerImages, envVars, ...rest } = row;
  const variables = eggVariables(envVars);
  return {
    ...rest,
    dockerImages: textsOf(dockerImages),
    envVars: seesAll ? variables : variables.filter((variable) => variable.user_viewable),
  };
}

export function toDetail(row: DetailRow): EggDetail {
  const { configFiles, processConfig, installScript, fileDenylist, updateUrl, ...summary } = row;
  const process = isJson(processConfig) ? processConfig : {};
  return {
    ...toSummary(summary, true),
    configFiles: isJson(configFiles) ? { ...configFiles } : {},
    processConfig: {
      startup: normaliseStartup(process['startup']),
      stop: normaliseStop(process['stop']),
      configs: normaliseConfigs(process['configs']),
    },
    installScript: toInstallScript(installScript),
    fileDenylist,
    updateUrl,
  };
}

function toInstallScript(stored: unknown): EggInstallScript | null {
  if (!isJson(stored) || typeof stored['script'] !== 'string') return null;
  const { script, container, entrypoint } = stored;
  return { script, container: textOf(container) ?? '', entrypoint: textOf(entrypoint) ?? 'bash' };
}

const textsOf = (stored: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(isJson(stored) ? stored : {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
