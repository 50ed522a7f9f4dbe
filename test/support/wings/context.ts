import type { ActivityLog } from './activity.ts';
import type { BackupRecord } from './backups.ts';
import type { Clock } from './clock.ts';
import type { Faults } from './faults.ts';
import type { WingsOptions } from './options.ts';
import type { PanelClient } from './panel-client.ts';
import type { SimulatedServer } from './server.ts';
import type { ServerDisk } from './server.ts';
import type { TokenVerifier } from './tokens.ts';
import type { ServerObject } from './types.ts';

/** What outlives the daemon's process. */
export interface Disk {
  servers: Map<string, ServerDisk>;
  backups: Map<string, BackupRecord>;
}

/** One life of the daemon, from boot to crash; every part that works for it gets this. */
export interface Daemon {
  options: WingsOptions;
  faults: Faults;
  clock: Clock;
  panel: PanelClient;
  tokens: TokenVerifier;
  activity: ActivityLog;
  servers: Map<string, SimulatedServer>;
  disk: Disk;
  /** The secret the daemon currently believes in. */
  secret: () => string;
  /** Makes a server known, on the disk it had before if there is one. */
  adopt: (object: ServerObject) => SimulatedServer;
  /** Gets and checks the configuration of a server from the panel. */
  pull: (uuid: string) => Promise<ServerObject>;
}
