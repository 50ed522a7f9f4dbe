import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { Jobs } from '../../common/jobs/jobs.service.js';
import { Mailer } from '../../common/mail/mailer.js';
import { Config } from '../../config/config.js';
import { mailLocaleOf } from '../../common/mail/mail-locale.js';
import type { DaemonKind } from '../../nodes/directory/node-directory.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';

/** What a daemon says about the end of an installation. */
export interface InstallReport {
  readonly successful: boolean;
  readonly reinstall: boolean;
}

/** A daemon that resets is not listening yet. */
const RECONCILE_AFTER_SECONDS = 10;

/** Ends of installations, as daemons report them. */
@Injectable()
export class ServerInstallation {
  constructor(
    private readonly prisma: PrismaService,
    private readonly audit: AuditLog,
    private readonly mailer: Mailer,
    private readonly jobs: Jobs,
    private readonly bus: EventBus,
    private readonly config: Config,
  ) {}

  /**
   * Ends the installation of a server of this node. The same report twice changes nothing the second time.
   * @throws PanelError 404 when the server is not on this node.
   */
  async report(nodeId: number, uuid: string, report: InstallReport): Promise<void> {
    const changed = await this.prisma.$transaction(async (tx) => {
      const outcome = await apply(tx, nodeId, uuid, report.successful);
      if (outcome === 'nothing') return false;
      await this.recordEnd(tx, uuid, report);
      if (outcome === 'first success') await this.notifyOwner(tx, uuid);
      return true;
    });
    if (changed) {
      this.bus.publish('server.installed', { serverUuid: uuid, successful: report.successful });
      return;
    }
    const server = await this.prisma.server.findFirst({ where: { uuid, nodeId }, select: { uuid: true } });
    if (server === null) throw notFound('Server not found', 'servers.not_found');
  }

  /**
   * A daemon has (re)started. On Go Wings installations die with it: servers that never were installed count as failed,
   * the others are as before; wings-rs goes on with them and reports. What the daemon missed follows when it listens.
   */
  async nodeReset(nodeId: number, kind: DaemonKind): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      if (kind === 'go') {
        const interrupted = { nodeId, installState: 'installing' as const };
        await tx.server.updateMany({ where: { ...interrupted, installedAt: null }, data: { installState: 'failed' } });
        await tx.server.updateMany({ where: interrupted, data: { installState: 'installed' } });
      }
      await this.jobs.enqueue(
        'node.reconcile',
        { nodeId },
        { tx, startAfterSeconds: RECONCILE_AFTER_SECONDS, singletonKey: String(nodeId) },
      );
    });
  }

  private recordEnd(tx: Queryable, uuid: string, { successful, reinstall }: InstallReport): Promise<void> {
    return this.audit.record(
      {
        userId: null,
        action: successful ? 'wings:install:complete' : 'wings:install:failed',
        targetType: 'server',
        targetId: uuid,
        metadata: { reinstall },
      },
      tx,
    );
  }

  private async notifyOwner(tx: Queryable, uuid: string): Promise<void> {
    const server = await tx.server.findUniqueOrThrow({
      where: { uuid },
      select: { name: true, owner: { select: { id: true, email: true, firstName: true, settings: true } } },
    });
    const { id, email, firstName, settings } = server.owner;
    await this.mailer.enqueue(tx, { userId: id, email, locale: mailLocaleOf(settings) }, 'server-installed', {
      name: firstName,
      serverName: server.name,
      url: `${this.config.frontendUrl}/dashboard/servers/${uuid}`,
    });
  }
}

/** Conditional updates, so that of two equal reports at once only one finds something to change. */
async function apply(
  tx: Queryable,
  nodeId: number,
  uuid: string,
  successful: boolean,
): Promise<'nothing' | 'change' | 'first success'> {
  if (!successful) {
    const failed = await tx.server.updateMany({
      where: { uuid, nodeId, installState: 'installing' },
      data: { installState: 'failed' },
    });
    return failed.count === 0 ? 'nothing' : 'change';
  }
  const first = await tx.server.updateMany({
    where: { uuid, nodeId, installedAt: null },
    data: { installState: 'installed', installedAt: new Date() },
  });
  if (first.count > 0) return 'first success';
  const again = await tx.server.updateMany({
    where: { uuid, nodeId, installState: { not: 'installed' } },
    data: { installState: 'installed' },
  });
  return again.count === 0 ? 'nothing' : 'change';
}
