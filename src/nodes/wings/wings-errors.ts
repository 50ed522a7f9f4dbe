import { PanelError } from '../../common/errors/panel-error.js';

/** Texts never name the node's address and never repeat what it sent. */
export const nodeTimeout = (cause?: unknown): PanelError =>
  new PanelError(504, 'nodes.timeout', 'The node did not answer in time', { cause });

export const nodeUnreachable = (cause?: unknown): PanelError =>
  new PanelError(504, 'nodes.unreachable', 'The node cannot be reached', { cause });

export const badAnswer = (cause?: unknown): PanelError =>
  new PanelError(502, 'nodes.bad_answer', 'The node sent an answer that cannot be understood', { cause });

export const credentialRefused = (): PanelError =>
  new PanelError(
    502,
    'nodes.credential_refused',
    'The node does not accept the panel; its configuration is out of date',
  );

/** Whether the error says that the node is away, in contrast to an answer that says no. */
export const isOutage = (error: unknown): boolean =>
  error instanceof PanelError && (error.code === 'nodes.timeout' || error.code === 'nodes.unreachable');

const TEXTS: Record<number, string> = {
  404: 'The node does not know this server',
  409: 'The node is busy with this server',
  413: 'The node refused the request because it is too large',
  417: 'The node cannot do this in the present state of the server',
};

/**
 * The daemon answered and said no. `status` is the daemon's for 4xx; its own failures (5xx) become 502.
 */
export class WingsRefusal extends PanelError {
  constructor(
    /** Status that the daemon sent. */
    readonly daemonStatus: number,
  ) {
    const ownFailure = daemonStatus >= 500;
    super(
      ownFailure ? 502 : daemonStatus,
      ownFailure ? 'nodes.failed' : 'nodes.refused',
      ownFailure ? 'The node failed to do this' : (TEXTS[daemonStatus] ?? 'The node refused the request'),
    );
  }
}

/** @throws PanelError unless the daemon answered with a success. */
export function assertSuccess(status: number): void {
  if (status >= 200 && status < 300) return;
  // Passed on as they are, these would tell the browser that its own session is over.
  if (status === 401 || status === 403) throw credentialRefused();
  if (status < 400) throw badAnswer();
  throw new WingsRefusal(status);
}
