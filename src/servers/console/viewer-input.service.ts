import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { logger } from '../../common/logging/logger.js';
import { ConsoleAccess } from './console-access.service.js';
import type { ConsoleRoom } from './console-room.js';
import { ConsoleTickets } from './console-tickets.js';
import { POWER_PERMISSIONS } from './event-permissions.js';
import { encodeFrame } from './frames.js';
import type { Frame } from './frames.js';
import { isNodeTokenOf } from './node-token.js';
import type { Viewer } from './viewer.js';

const LONGEST_COMMAND = 1_024;
const CONTROL_PERMISSION = 'control.console';

/** What viewers send. Every event is checked against the viewer's rights; what is not known here goes nowhere. */
@Injectable()
export class ViewerInput {
  private readonly handlers: ReadonlyMap<string, (viewer: Viewer, room: ConsoleRoom, text: string) => unknown>;

  constructor(
    private readonly access: ConsoleAccess,
    private readonly tickets: ConsoleTickets,
    private readonly audit: AuditLog,
  ) {
    this.handlers = new Map([
      ['auth', (viewer, room, token) => this.authorise(viewer, room, token)],
      ['send logs', (viewer, room) => room.sendLogs(viewer)],
      ['send stats', (viewer, room) => room.sendStats(viewer)],
      ['send command', (viewer, room, command) => this.command(viewer, room, command)],
      ['set state', (viewer, room, action) => this.setState(viewer, room, action)],
    ]);
  }

  handle(viewer: Viewer, room: ConsoleRoom, frame: Frame): void {
    void this.handlers.get(frame.event)?.(viewer, room, frame.args[0] ?? '');
  }

  /**
   * The web client renews itself with a node token on whatever socket it has; scripts may send a fresh ticket. Neither
   * reaches the daemon and neither gives a right by itself: that is looked up anew.
   */
  private async authorise(viewer: Viewer, room: ConsoleRoom, token: string): Promise<void> {
    const accepted = this.tickets.isTicket(token)
      ? await this.adoptTicket(viewer, token)
      : isNodeTokenOf(viewer.identity, token);
    if (!accepted) return viewer.send(encodeFrame('jwt error', ['The token is not valid for this console.']));
    const right = await this.access.recheck(viewer);
    if (right !== undefined) room.welcome(viewer);
  }

  /** A ticket of the same person for the same server brings the credential with which it was asked for. */
  private async adoptTicket(viewer: Viewer, value: string): Promise<boolean> {
    const ticket = await this.tickets.redeem(value).catch(() => undefined);
    const { userId, serverUuid } = viewer.identity;
    if (ticket?.userId !== userId || ticket.serverUuid !== serverUuid) return false;
    viewer.identity = { ...viewer.identity, credential: ticket.credential };
    return true;
  }

  private command(viewer: Viewer, room: ConsoleRoom, command: string): void {
    if (!viewer.may(CONTROL_PERMISSION) || command === '') return;
    if (command.length > LONGEST_COMMAND || /[\r\n]/.test(command)) {
      return tell(viewer, `A command is one line of at most ${LONGEST_COMMAND} characters.`);
    }
    if (!room.forward('send command', [command]))
      return tell(viewer, 'The node cannot be reached, the command was not sent.');
    this.record(viewer, 'server:console:command', { command });
  }

  private setState(viewer: Viewer, room: ConsoleRoom, action: string): void {
    const needed = POWER_PERMISSIONS.get(action);
    if (needed === undefined || !viewer.may(needed)) return;
    if (!room.forward('set state', [action])) return tell(viewer, 'The node cannot be reached, nothing was changed.');
    this.record(viewer, `server:power:${action}`, {});
  }

  private record(viewer: Viewer, action: string, metadata: { command?: string }): void {
    const { userId, serverUuid, clientIp } = viewer.identity;
    const entry = {
      userId,
      action,
      targetType: 'server',
      targetId: serverUuid,
      metadata,
      ipAddress: clientIp,
    } as const;
    this.audit.record(entry).catch((error: unknown) => logger.error({ err: error, action }, 'activity not recorded'));
  }
}

function tell(viewer: Viewer, text: string): void {
  viewer.send(encodeFrame('daemon message', [text]));
}
