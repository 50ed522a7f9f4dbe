import { Injectable } from '@nestjs/common';
import { logger } from '../../common/logging/logger.js';
import { Wings } from '../../nodes/wings/wings.service.js';
import { PrismaService } from '../../prisma/prisma.service.js';

/**
 * Takes away on the daemon what was taken away in the panel: browsers that are connected to it directly, and SFTP
 * sessions. Best effort, after the commit: the panel itself refuses at once, and tokens end by themselves in 600 s.
 */
@Injectable()
export class LiveAccess {
  constructor(
    private readonly prisma: PrismaService,
    private readonly wings: Wings,
  ) {}

  /** Replaces what one user may do on his open connections to a server. */
  replace(nodeId: number, serverUuid: string, userUuid: string, permissions: readonly string[]): void {
    this.inBackground(nodeId, async () => {
      const daemon = await this.wings.forNode(nodeId);
      await daemon.setSocketPermissions(serverUuid, userUuid, permissions);
    });
  }

  /** Closes one user's connections to a server. */
  close(nodeId: number, serverUuid: string, userUuid: string): void {
    this.inBackground(nodeId, async () => {
      const daemon = await this.wings.forNode(nodeId);
      await daemon.deauthorizeUser(userUuid, [serverUuid]);
    });
  }

  /** Closes the connections of the owner and of everybody he invited. */
  closeAll(nodeId: number, serverUuid: string): void {
    this.inBackground(nodeId, async () => {
      const people = await this.prisma.user.findMany({
        where: { OR: [{ servers: { some: { uuid: serverUuid } } }, { subusers: { some: { serverUuid } } }] },
        select: { uuid: true },
      });
      const daemon = await this.wings.forNode(nodeId);
      await Promise.all(people.map(({ uuid }) => daemon.deauthorizeUser(uuid, [serverUuid])));
    });
  }

  private inBackground(nodeId: number, work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      logger.warn({ nodeId, reason: (error as Error).message }, 'open connections not closed on the node');
    });
  }
}
