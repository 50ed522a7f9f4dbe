import { PanelError } from '../../common/errors/panel-error.js';

/** Browsers give up after 10 s: an action on a daemon is answered before that, whatever the daemon does. */
export const ACTION_BUDGET_MS = 8_000;

/** The panel stopped waiting; what the daemon does with the request is open. */
export class BudgetExceeded extends PanelError {
  constructor() {
    super(504, 'nodes.timeout', 'The node did not answer in time');
  }
}

/**
 * The work's result, or 504 when it takes longer. The work itself goes on: what it does later must be harmless.
 * @throws BudgetExceeded 504 `nodes.timeout`.
 */
export async function within<Result>(milliseconds: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BudgetExceeded()), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}
