import { PanelError } from '../../common/errors/panel-error.js';

/** Browsers give up after 10 s: an action on a daemon is answered before that, whatever the daemon does. */
export const ACTION_BUDGET_MS = 8_000;

/**
 * The work's result, or 504 when it takes longer. The work itself goes on: what it does later must be harmless.
 * @throws PanelError 504 `nodes.timeout`.
 */
export async function within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new PanelError(504, 'nodes.timeout', 'The node did not answer in time')),
      milliseconds,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
