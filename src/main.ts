import 'reflect-metadata';
import { createApp } from './bootstrap.js';
import { logger } from './common/logging/logger.js';
import { loadConfig } from './config/load-config.js';
import { openDatabase } from './prisma/open-database.js';
import { announce } from './start/announce.js';
import { ControlServer } from './start/control-server.js';
import { closeOnSignal } from './start/shutdown.js';
import { startProblem } from './start/start-problem.js';

async function main(): Promise<void> {
  const config = loadConfig();
  const database = await openDatabase(config);
  const app = await createApp(config, database);
  const control = new ControlServer(app, config.env.DATA_DIR);
  closeOnSignal(app, control);
  await app.listen(config.env.PORT, config.env.HOST);
  await control.open();
  await announce(app, config);
}

// One forgotten promise must not end the consoles and requests of everybody else.
process.on('unhandledRejection', (error) => logger.error({ err: error }, 'unhandled rejection'));

main().catch((error: unknown) => {
  const problem = startProblem(error);
  if (problem !== undefined) console.error(problem);
  else logger.fatal({ err: error }, 'the panel cannot start');
  process.exit(1);
});
