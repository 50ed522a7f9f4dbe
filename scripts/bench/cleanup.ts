type Task = () => Promise<void> | void;

const tasks: Task[] = [];

/** Notes what must be undone at the end, also after an error or Ctrl-C; the newest is undone first. */
export function atTheEnd(task: Task): void {
  tasks.push(task);
}

let underWay: Promise<void> | undefined;

/** Undoes everything; whoever asks meanwhile waits for the same. */
export function cleanUp(): Promise<void> {
  underWay ??= undoAll().finally(() => (underWay = undefined));
  return underWay;
}

async function undoAll(): Promise<void> {
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    try {
      await task();
    } catch (error) {
      console.error(`bench: cleaning up failed: ${(error as Error).message}`);
    }
  }
}

/** Ctrl-C must leave neither processes nor folders behind. */
export function cleanUpOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void cleanUp().finally(() => process.exit(130)));
  }
}
