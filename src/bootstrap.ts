import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module.js';
import { configureHttp } from './common/http/configure-http.js';
import { IndexedExpressAdapter } from './common/http/indexed-express.adapter.js';
import { PanelWsAdapter } from './common/http/panel-ws.adapter.js';
import { logger } from './common/logging/logger.js';
import { NestLogger } from './common/logging/nest-logger.js';
import { serveOpenApi } from './common/openapi/openapi.js';
import type { Config } from './config/config.js';
import type { Database } from './prisma/database.js';

/** Creates the application as `main`, the tests and the OpenAPI export use it; it does not listen yet. */
export async function createApp(config: Config, database: Database): Promise<NestExpressApplication> {
  logger.level = config.env.LOG_LEVEL;
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.with(config, database),
    new IndexedExpressAdapter(),
    { bodyParser: false, logger: new NestLogger(), abortOnError: false },
  );
  configureHttp(app, config);
  app.useWebSocketAdapter(new PanelWsAdapter(app));
  serveOpenApi(app);
  return app;
}
