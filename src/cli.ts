import 'reflect-metadata';
import { createApp } from './bootstrap.js';
import { RedisConnections } from './common/redis/redis.js';
import type { Config } from './config/config.js';
import { loadConfig } from './config/load-config.js';
import { openDatabase } from './prisma/open-database.js';
import { PrismaService } from './prisma/prisma.service.js';
import { isCommand, needsPanel, runCommand, USAGE } from './start/commands.js';
import type { CommandResult } from './start/commands.js';
import { askRunningPanel } from './start/control-client.js';
import { startProblem } from './start/start-problem.js';

/** `npm run panel -- <command>`: through the running panel when there is one, else on the database itself. */
async function main(argv: readonly string[]): Promise<CommandResult> {
  if (!isCommand(argv)) return { exitCode: 2, output: USAGE };
  const config = loadConfig({ LOG_LEVEL: 'error' });
  const answer = await askRunningPanel(config.env.DATA_DIR, argv);
  if (answer !== undefined) return answer;
  if (needsPanel(argv)) return { exitCode: 1, output: 'The panel is not running.' };
  return runAlone(config, argv);
}

/** The application without its start: no jobs, no probes, no port. */
async function runAlone(config: Config, argv: readonly string[]): Promise<CommandResult> {
  const database = await openDatabase(config);
  try {
    const app = await createApp(config, database);
    const redis = app.get(RedisConnections);
    // Replicas on other machines hear of the change through Redis.
    await redis.connected();
    const result = await runCommand(app, argv);
    await redis.flushed();
    await app.get(PrismaService).$disconnect();
    return result;
  } finally {
    await database.close();
  }
}

main(process.argv.slice(2)).then(
  ({ exitCode, output }) => {
    (exitCode === 0 ? process.stdout : process.stderr).write(`${output}\n`, () => process.exit(exitCode));
  },
  (error: unknown) => {
    console.error(startProblem(error) ?? `panel: ${(error as Error).message}`);
    process.exit(1);
  },
);
