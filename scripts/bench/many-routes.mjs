// The panel as `dist/main.js` starts it, with a number of further routes registered before it listens: shows whether its
// speed depends on how many routes there are. Arguments: folder of the build, number of routes.
import 'reflect-metadata';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, count] = process.argv.slice(2);
const part = (path) => import(pathToFileURL(resolve(folder, path)).href);
const { loadConfig } = await part('config/load-config.js');
const { openDatabase } = await part('prisma/open-database.js');
const { createApp } = await part('bootstrap.js');
const { closeOnSignal } = await part('start/shutdown.js');

const config = loadConfig();
const app = await createApp(config, await openDatabase(config));
const adapter = app.getHttpAdapter();
for (let n = 0; n < Number(count); n++) {
  adapter.get(`/api/bench/resource${n}/:id/items/:itemId`, (_request, response) => response.json({ n }));
}
closeOnSignal(app);
await app.listen(config.env.PORT, config.env.HOST);
