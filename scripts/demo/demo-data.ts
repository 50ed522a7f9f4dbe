import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { SimulatedWings } from '../../test/support/wings/simulated-wings.ts';
import { ApiError } from './panel-api.ts';
import type { PanelApi } from './panel-api.ts';

export const ADMIN = { email: 'admin@demo.local', password: 'Demo-Admin-1' };
export const USER = { email: 'user@demo.local', password: 'Demo-User-1', firstName: 'Uma', lastName: 'User' };

const NODES = [
  { name: 'demo-go', flavour: 'go', port: 18080, firstGamePort: 25565 },
  { name: 'demo-rs', flavour: 'rs', port: 18081, firstGamePort: 25665 },
] as const;
const SERVERS_PER_NODE = 6;
const AVAILABLE_LIMIT_MS = 45_000;

interface Named {
  id: number;
  name: string;
}

export interface DemoServer {
  uuid: string;
  name: string;
  nodeId: number;
  status: string;
}

/** Creates the user, the egg, the nodes and the servers that are not there yet; a second demo finds them all. */
export class DemoData {
  readonly daemons: SimulatedWings[] = [];
  private readonly panel: PanelApi;

  constructor(panel: PanelApi) {
    this.panel = panel;
  }

  async seed(): Promise<DemoServer[]> {
    const admin = await this.panel.signedIn(ADMIN.email, ADMIN.password);
    const egg = await this.ensureEgg(admin);
    const user = await this.ensureUser();
    for (const node of NODES) {
      const nodeId = await this.ensureNode(admin, node);
      await this.bootDaemon(admin, nodeId, node);
      await this.ensureServers(user, nodeId, node.name, egg.id);
    }
    return this.startAll(user);
  }

  async stop(): Promise<void> {
    await Promise.all(this.daemons.map((daemon) => daemon.stop()));
  }

  private async ensureUser(): Promise<PanelApi> {
    try {
      return await this.panel.signedIn(USER.email, USER.password);
    } catch {
      await this.panel.call('POST', '/api/users/register', USER);
      return this.panel.signedIn(USER.email, USER.password);
    }
  }

  private async ensureEgg(admin: PanelApi): Promise<Named> {
    const existing = (await admin.call<Named[]>('GET', '/api/admin/eggs'))[0];
    if (existing !== undefined) return existing;
    const json: unknown = JSON.parse(await readFile(new URL('./egg-minecraft.json', import.meta.url), 'utf8'));
    return admin.call<Named>('POST', '/api/admin/eggs/import', { json });
  }

  private async ensureNode(admin: PanelApi, node: (typeof NODES)[number]): Promise<number> {
    const existing = (await admin.call<Named[]>('GET', '/api/nodes')).find(({ name }) => name === node.name);
    if (existing !== undefined) return existing.id;
    const created = await admin.call<{ node: Named }>('POST', '/api/nodes/generate-token', {
      name: node.name,
      url: `http://127.0.0.1:${node.port}`,
      nodeType: 'free',
      defaultIp: '127.0.0.1',
      portRangeStart: node.firstGamePort,
      portRangeEnd: node.firstGamePort + 49,
    });
    return created.node.id;
  }

  private async bootDaemon(admin: PanelApi, nodeId: number, node: (typeof NODES)[number]): Promise<void> {
    const configuration = await admin.call<{ uuid: string; token_id: string; token: string }>(
      'GET',
      `/api/application/nodes/${nodeId}/configuration`,
    );
    const daemon = new SimulatedWings({
      panelUrl: this.panel.baseUrl,
      uuid: configuration.uuid,
      tokenId: configuration.token_id,
      token: configuration.token,
      flavour: node.flavour,
      port: node.port,
      installDelayMs: 1_000,
      startDelayMs: 800,
      stopDelayMs: 500,
      consoleLinesPerSecond: 1,
      activityIntervalMs: 10_000,
      allowedOrigins: ['*'],
    });
    await daemon.boot();
    this.daemons.push(daemon);
  }

  /** A probe sent before the daemon listened makes its node unavailable (503) for a moment: tried again. */
  private async createServer(user: PanelApi, body: object): Promise<void> {
    const deadline = Date.now() + AVAILABLE_LIMIT_MS;
    for (;;) {
      try {
        return await user.call('POST', '/api/servers', body);
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 503 || Date.now() > deadline) throw error;
        await pause(500);
      }
    }
  }

  private async ensureServers(user: PanelApi, nodeId: number, nodeName: string, eggId: number): Promise<void> {
    const present = (await user.call<DemoServer[]>('GET', '/api/servers')).filter((server) => server.nodeId === nodeId);
    for (let number = present.length + 1; number <= SERVERS_PER_NODE; number += 1) {
      await this.createServer(user, {
        name: `${nodeName} server ${number}`,
        eggId,
        nodeId,
        memory: 1024,
        disk: 4096,
        cpu: 100,
      });
    }
  }

  /** Starts what is installed and not running; installing servers start by themselves when they are done. */
  private async startAll(user: PanelApi): Promise<DemoServer[]> {
    const servers = await user.call<DemoServer[]>('GET', '/api/servers');
    for (const { uuid, status } of servers) {
      if (status === 'offline') await user.call('POST', `/api/servers/${uuid}/power`, { action: 'start' });
    }
    return servers;
  }
}
