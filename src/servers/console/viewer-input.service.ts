import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { toPanelError } from '../../common/errors/error.filter.js';
import { logger } from '../../common/logging/logger.js';
import { RateLimits } from '../../common/throttling/rate-limits.js';
import { ServerConsole } from '../operations/server-console.service.js';
import { ServerPower } from '../operations/server-power.service.js';
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
    private readonly commands: ServerConsole,
    private readonly power: ServerPower,
    private readonly rateLimits: RateLimits,
  ) {
    this.handlers = new Map([
      ['auth', (viewer, room, token) => this.authorise(viewer, room, token)],
      ['send logs', (viewer, room) => room.sendLogs(viewer)],
      ['send stats', (viewer, room) => room.sendStats(viewer)],
      ['send command', (viewer, room, command) => this.command(viewer, room, command)],
      ['set state', (viewer, _room, action) => this.setState(viewer, action)],
    ]);
  }

  handle(viewer: Viewer, room: ConsoleRoom, frame: Frame): void {
    // A rejection that nobody awaits would end the process, and with it everybody's consoles.
    this.dispatch(viewer, room, frame).catch((error: unknown) => {
      logger.error({ err: error, event: frame.event }, 'console input failed');
    });
  }

  private async dispatch(viewer: Viewer, room: ConsoleRoom, { event, args: [text = ''] }: Frame): Promise<void> {
    await this.handlers.get(event)?.(viewer, room, text);
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
    if (room.sendCommand(command)) return this.record(viewer, command);
    if (viewer.enqueue(() => this.commandByCall(viewer, command))) return;
    tell(viewer, 'Too many commands wait for the node. The command was not sent.');
  }

  /** The way of POST commands, which needs no socket to the daemon and is not limited by it. */
  private async commandByCall(viewer: Viewer, command: string): Promise<void> {
    const right = await this.access.recheck(viewer);
    if (right === undefined || !viewer.may(CONTROL_PERMISSION)) return;
    try {
      await this.commands.command(right.scope, command, viewer.identity.clientIp);
    } catch (error) {
      tell(viewer, `${sentenceOf(error)}. The command was not sent.`);
    }
  }

  /** As the power button does it: the panel notes what is wanted, and refuses what the server's state forbids. */
  private async setState(viewer: Viewer, action: string): Promise<void> {
    const needed = POWER_PERMISSIONS.get(action);
    if (needed === undefined || !viewer.may(needed)) return;
    const right = await this.access.recheck(viewer);
    if (right === undefined || !viewer.may(needed)) return;
    try {
      for (const { limit, windowSeconds } of this.rateLimits.of('power')) {
        await this.rateLimits.consume(`power:server:${right.scope.uuid}`, limit, windowSeconds);
      }
      await this.power.act(right.scope, { action }, viewer.identity.clientIp);
    } catch (error) {
      tell(viewer, sentenceOf(error));
    }
  }

  private record(viewer: Viewer, command: string): void {
    const { userId, serverUuid, clientIp } = viewer.identity;
    this.audit
      .record({
        userId,
        action: 'server:console:command',
        targetType: 'server',
        targetId: serverUuid,
        metadata: { command },
        ipAddress: clientIp,
      })
      .catch((error: unknown) => logger.error({ err: error, server: serverUuid }, 'console command not recorded'));
  }
}

function tell(viewer: Viewer, text: string): void {
  viewer.send(encodeFrame('daemon message', [text]));
}

/** What a person is told of an error; rate limits keep their sentence beside a machine word. */
function sentenceOf(thrown: unknown): string {
  const error = toPanelError(thrown);
  if (error.status === 500) logger.error({ err: thrown }, 'console input failed');
  const sentence = error.options.extra?.['message'];
  return typeof sentence === 'string' ? sentence : error.message;
}
