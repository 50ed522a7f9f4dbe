import { addSubuser, createEgg, createNode, createServer, createUser, openSession } from './factories.js';
import type { TestEgg, TestNode, TestServer, TestSession, TestUser } from './factories.js';
import { EventBus } from '../../src/common/events/event-bus.js';
import type { Prisma } from '../../src/generated/prisma/client.js';
import type { Caller } from './http.js';
import { startPanel } from './panel.js';
import type { TestPanel, TestPanelOptions } from './panel.js';
import { ConsoleClient } from './wings/console-client.js';
import type { ConnectOptions } from './wings/console-client.js';
import { serverObject } from './wings/fake-panel.js';
import type { WingsOptions } from './wings/options.js';
import { SimulatedWings } from './wings/simulated-wings.js';
import type { Flavour } from './wings/types.js';

/** What GET websocket answers. */
export interface Connection {
  readonly token: string;
  readonly socket: string;
  readonly direct_socket: string;
  readonly direct: boolean;
}

/** A running server on a simulated node, with the session of its owner. */
export interface ConsoleStage {
  readonly wings: SimulatedWings;
  readonly node: TestNode;
  readonly server: TestServer;
  readonly uuid: string;
  readonly owner: TestUser;
  readonly session: TestSession;
}

/** A panel and the daemons of its nodes, all closed together. */
export class ConsoleBench {
  private readonly daemons: SimulatedWings[] = [];
  private egg: TestEgg | undefined;

  private constructor(readonly panel: TestPanel) {}

  static async open(options?: TestPanelOptions): Promise<ConsoleBench> {
    return new ConsoleBench(await startPanel(options));
  }

  /** A node with its daemon. */
  async node(
    flavour: Flavour,
    options: Partial<WingsOptions> = {},
  ): Promise<{ wings: SimulatedWings; node: TestNode }> {
    const node = await createNode(this.panel, { daemonKind: flavour });
    const { panelUrl } = this.panel.config;
    const wings = new SimulatedWings({ flavour, panelUrl, token: node.token, tokenId: node.tokenId, ...options });
    this.daemons.push(wings);
    await wings.listenOnly();
    await this.panel.prisma.node.update({ where: { id: node.id }, data: { url: wings.url } });
    this.panel.app.get(EventBus).publish('node.changed', { nodeId: node.id });
    return { wings, node };
  }

  /** A running server of a new owner, on a node of its own unless one is given. */
  async stage(
    flavour: Flavour = 'rs',
    place?: { wings: SimulatedWings; node: TestNode },
    options: Partial<WingsOptions> = {},
  ): Promise<ConsoleStage> {
    const { wings, node } = place ?? (await this.node(flavour, options));
    this.egg ??= await createEgg(this.panel);
    const owner = await createUser(this.panel);
    const server = await createServer(this.panel, { owner, node, egg: this.egg });
    wings.addServer(serverObject({ uuid: server.uuid }));
    wings.setState(server.uuid, 'running');
    return { wings, node, server, uuid: server.uuid, owner, session: await openSession(this.panel, owner) };
  }

  /** An accepted subuser of a server, signed in. */
  async subuser(
    server: Pick<TestServer, 'uuid'>,
    permissions: readonly string[],
  ): Promise<{ user: TestUser; session: TestSession; entryId: number }> {
    const user = await createUser(this.panel);
    const { id } = await addSubuser(this.panel, server, user, permissions);
    return { user, session: await openSession(this.panel, user), entryId: id };
  }

  /** Changes a server's row and tells the panel, as the service behind an admin route does. */
  async suspend(server: Pick<TestServer, 'uuid'>, values: Prisma.ServerUpdateInput): Promise<void> {
    await this.panel.prisma.server.update({ where: { uuid: server.uuid }, data: values });
    this.panel.app.get(EventBus).publish('server.access_changed', { serverUuid: server.uuid });
  }

  async connection(caller: Caller, uuid: string): Promise<Connection> {
    const answer = await this.panel.as(caller).get<{ data: Connection }>(`/api/servers/${uuid}/websocket`);
    if (answer.status !== 200) throw new Error(`GET websocket: ${answer.status} ${answer.text}`);
    return answer.body.data;
  }

  /** The address of a relay socket, with the port that the panel really has. */
  address(socket: string): string {
    const { pathname, search } = new URL(socket);
    return `${this.panel.url}${pathname}${search}`;
  }

  proxy(uuid: string, token?: string): string {
    return `${this.panel.url}/api/servers/${uuid}/ws/proxy${token === undefined ? '' : `?token=${token}`}`;
  }

  connect(url: string, options?: ConnectOptions): Promise<ConsoleClient> {
    return ConsoleClient.connect(url, options);
  }

  /** Opens the relay as the web client does and waits until it may begin. */
  async watch(caller: Caller, uuid: string): Promise<ConsoleClient> {
    const { socket } = await this.connection(caller, uuid);
    const client = await this.connect(this.address(socket));
    await client.waitForFrame('auth success');
    return client;
  }

  /** Watches, and waits until the daemon's own status and the backlog are there. */
  async watchLive(caller: Caller, uuid: string): Promise<ConsoleClient> {
    const client = await this.watch(caller, uuid);
    client.send('send logs', []);
    await client.waitForFrame((frame) => frame.event === 'status' && /^(running|offline)$/.test(String(frame.args[0])));
    return client;
  }

  async close(): Promise<void> {
    await this.panel.close();
    await Promise.all(this.daemons.map((daemon) => daemon.crash()));
  }
}

/** The lines a client was shown. */
export const linesOf = (client: ConsoleClient, event = 'console output'): unknown[] =>
  client.framesOf(event).map((frame) => frame.args[0]);
