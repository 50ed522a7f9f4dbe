// npm run demo: the whole panel with two simulated nodes and a dozen servers, in a data folder of its own.
import { ADMIN, DemoData, USER } from './demo-data.ts';
import { PanelApi } from './panel-api.ts';
import { startPanelProcess } from './panel-process.ts';

const port = process.env['PORT'] ?? '3001';
const baseUrl = `http://localhost:${port}`;

const child = await startPanelProcess(baseUrl, {
  PORT: port,
  DATA_DIR: process.env['DEMO_DATA_DIR'] ?? './demo-data',
  DATABASE_URL: '',
  ADMIN_EMAIL: ADMIN.email,
  ADMIN_PASSWORD: ADMIN.password,
  NODES_ALLOW_PRIVATE: 'true',
  LOG_LEVEL: 'warn',
});
const panel = new PanelApi(baseUrl);
const demo = new DemoData(panel);

let closing = false;
async function close(): Promise<void> {
  if (closing) return;
  closing = true;
  await demo.stop();
  if (child.exitCode === null) child.kill('SIGTERM');
}
process.on('SIGINT', () => void close());
process.on('SIGTERM', () => void close());
child.on('exit', (code) => {
  void close().then(() => process.exit(process.exitCode ?? code ?? 1));
});

try {
  const servers = await demo.seed();
  const user = await panel.signedIn(USER.email, USER.password);
  const { apiKey } = await user.call<{ apiKey: string }>('POST', '/api/apikeys', {
    name: 'demo console',
    type: 'client',
    permissions: ['servers:read', 'servers:console', 'servers:power', 'commands:execute'],
    expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
  });
  const consoleUrl = `ws://localhost:${port}/api/servers/${servers[0]?.uuid ?? ''}/ws/proxy`;
  console.log(`
  The demo is running.

    API playground   ${baseUrl}/openapi
    admin            ${ADMIN.email} / ${ADMIN.password}
    user             ${USER.email} / ${USER.password}
    nodes            demo-go (Go Wings), demo-rs (wings-rs), both simulated
    servers          ${servers.length}, each prints a line a second

  A console (type {"event":"send logs","args":[]} or {"event":"send command","args":["help"]}):

    npx wscat -c "${consoleUrl}" -H "Authorization: Bearer ${apiKey}"

  Ctrl-C ends it; the data stays in ${process.env['DEMO_DATA_DIR'] ?? './demo-data'}.
`);
} catch (error) {
  console.error(error);
  process.exitCode = 1;
  await close();
}
