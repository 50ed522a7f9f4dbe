import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { EventBus } from '../../common/events/event-bus.js';
import { logger } from '../../common/logging/logger.js';
import { Config } from '../../config/config.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { AddressGuard } from '../wings/address-guard.js';
import { ProxyPlaces } from './proxy-places.js';
import { SftpProxy } from './sftp-proxy.js';
import type { ProxySurroundings, ProxyTarget } from './sftp-proxy.js';

/** Contract nodes, "Background services". */
const IDLE_MS = 30_000;
/** Transfers of files that are under way when the panel stops have this long. */
const DRAIN_MS = 5_000;

/**
 * Keeps a port open for every node with `sftpProxyPort`, on every replica, and leads it to the node. Which ones follows
 * the nodes as they change.
 */
@Injectable()
export class SftpProxies implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** By port of the panel. */
  private readonly proxies = new Map<number, SftpProxy>();
  private readonly surroundings: ProxySurroundings;
  private work: Promise<void> = Promise.resolve();
  private isRefreshNoted = false;
  private isRunning = false;

  constructor(
    private readonly prisma: PrismaService,
    private readonly config: Config,
    guard: AddressGuard,
    bus: EventBus,
  ) {
    const isForbiddenHost = (host: string): boolean => guard.isForbiddenHost(host);
    this.surroundings = { places: new ProxyPlaces(), lookup: guard.lookup, isForbiddenHost, idleMs: IDLE_MS };
    bus.on('node.changed', () => void this.refresh());
    bus.on('bus.reconnected', () => void this.refresh());
  }

  async onApplicationBootstrap(): Promise<void> {
    this.isRunning = true;
    await this.refresh();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isRunning = false;
    await this.work;
    const ends = [...this.proxies.values()].map((proxy) => proxy.drain());
    await Promise.race([Promise.all(ends), sleep(DRAIN_MS, undefined, { ref: false })]);
    for (const proxy of this.proxies.values()) proxy.cut();
    await Promise.all(ends);
  }

  /** One look after another; changes that come before the next one begins share it. */
  refresh(): Promise<void> {
    if (!this.isRunning || this.isRefreshNoted) return this.work;
    this.isRefreshNoted = true;
    this.work = this.work.then(() => this.look());
    return this.work;
  }

  private async look(): Promise<void> {
    this.isRefreshNoted = false;
    try {
      const wanted = await this.wanted();
      for (const [port, proxy] of this.proxies) if (!wanted.has(port)) this.close(port, proxy);
      for (const [port, target] of wanted) await this.lead(port, target);
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'SFTP proxies not looked after');
    }
  }

  /** Of two nodes that want the same port the older one has it. */
  private async wanted(): Promise<Map<number, ProxyTarget>> {
    const rows = await this.prisma.node.findMany({
      where: { sftpProxyPort: { not: null } },
      select: { id: true, url: true, sftpPort: true, sftpProxyPort: true },
      orderBy: { id: 'desc' },
    });
    return new Map(
      rows.flatMap(({ id: nodeId, url, sftpPort: port, sftpProxyPort }) => {
        const host = URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : '';
        return sftpProxyPort === null || host === '' ? [] : [[sftpProxyPort, { nodeId, host, port }] as const];
      }),
    );
  }

  private async lead(port: number, target: ProxyTarget): Promise<void> {
    const running = this.proxies.get(port);
    if (running !== undefined) return running.leadTo(target);
    const proxy = new SftpProxy(target, this.surroundings);
    try {
      await proxy.listen(this.config.env.HOST, port);
      this.proxies.set(port, proxy);
    } catch (error) {
      logger.warn({ port, nodeId: target.nodeId, reason: (error as Error).message }, 'SFTP proxy cannot listen');
    }
  }

  private close(port: number, proxy: SftpProxy): void {
    this.proxies.delete(port);
    void proxy.drain();
    proxy.cut();
  }
}
