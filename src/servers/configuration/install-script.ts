import { defaultsOf } from './egg-template.js';
import type { InstallScript } from './dto/server-object.dto.js';
import { isJson } from './process-configuration.js';
import { environmentOf } from './server-object.mapper.js';

/** Image in which eggs without one of their own are installed. */
export const DEFAULT_INSTALL_IMAGE = 'ghcr.io/pterodactyl/installers:debian';

interface InstallableServer {
  readonly uuid: string;
  readonly dockerImage: string;
  readonly environment: unknown;
  readonly startup: string;
  readonly node: { readonly name: string };
  readonly egg: { readonly installScript: unknown; readonly envVars: unknown; readonly dockerImage: string };
}

/** What the daemon runs to install the server; `script` is null when the egg has none. */
export function installScriptOf(server: InstallableServer): InstallScript {
  const { egg, node } = server;
  const stored = isJson(egg.installScript) ? egg.installScript : {};
  return {
    container_image: textOr(stored['container'], egg.dockerImage || server.dockerImage || DEFAULT_INSTALL_IMAGE),
    entrypoint: textOr(stored['entrypoint'], 'bash'),
    script: typeof stored['script'] === 'string' && stored['script'] !== '' ? withLineFeeds(stored['script']) : null,
    environment: environmentOf({ ...server, nodeName: node.name }, defaultsOf(egg.envVars)),
  };
}

/** A script with CRLF fails in the container with "bad interpreter". */
const withLineFeeds = (text: string): string => text.replace(/\r\n?/g, '\n');

const textOr = (value: unknown, fallback: string): string =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : fallback;
