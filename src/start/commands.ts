import type { INestApplicationContext } from '@nestjs/common';
import { AuditVerification } from '../admin/audit-chain/audit-verification.service.js';
import { SettingsService } from '../admin/settings/settings.service.js';
import { isSuperuserRole } from '../common/access/principal.js';
import { randomSecret } from '../common/crypto/digest.js';
import { PanelError } from '../common/errors/panel-error.js';
import { FEATURE_NAMES } from '../common/features/feature-table.js';
import { Readiness } from '../health/readiness.js';
import { TwoFactorReset } from '../identity/two-factor/two-factor-reset.service.js';
import { Accounts } from '../identity/users/accounts.service.js';
import { AdminAccount } from '../identity/users/admin-account.js';
import { InstallTokens } from '../nodes/enrolment/install-tokens.service.js';
import { Nodes } from '../nodes/nodes/nodes.service.js';

/** How a command ended: 0 done, 1 not possible, 2 used wrongly. */
export interface CommandResult {
  readonly exitCode: 0 | 1 | 2;
  /** For the person at the terminal. */
  readonly output: string;
}

interface Command {
  readonly usage: string;
  readonly summary: string;
  /** It asks the running panel something, so it is of no use without one. */
  readonly needsPanel?: boolean;
  readonly accepts: (args: readonly string[]) => boolean;
  readonly run: (app: INestApplicationContext, args: readonly string[]) => Promise<CommandResult>;
}

const done = (output: string): CommandResult => ({ exitCode: 0, output });
const failed = (output: string): CommandResult => ({ exitCode: 1, output });

const EMAIL = /^[^@\s]+@[^@\s]+$/;
const ROLE = /^[\w*-]{1,32}$/;

const COMMANDS: Readonly<Record<string, Command>> = {
  promote: {
    usage: 'promote <email> [role]',
    summary: 'gives an account a role, rootAdmin unless another one is named',
    accepts: ([email = '', role = 'rootAdmin', ...rest]) => EMAIL.test(email) && ROLE.test(role) && rest.length === 0,
    run: async (app, [email = '', role = 'rootAdmin']) => {
      await app.get(AdminAccount).promote(email, role);
      return done(`${email} is now ${role}.`);
    },
  },
  'create-user': {
    usage: 'create-user <email> [role]',
    summary: 'makes an account and prints its password, which is shown this once',
    accepts: ([email = '', role = 'user', ...rest]) => EMAIL.test(email) && ROLE.test(role) && rest.length === 0,
    run: async (app, [email = '', role]) => {
      const password = await app.get(AdminAccount).create(email, role ?? null);
      return done(`${email} may sign in with the password ${password}`);
    },
  },
  'create-node': {
    usage: 'create-node <name> <url> <email of an admin>',
    summary: 'makes a node on behalf of an admin and prints the command that installs its daemon',
    accepts: ([name = '', url = '', email = '', ...rest]) =>
      name.length <= 128 && /^https?:\/\//.test(url) && URL.canParse(url) && EMAIL.test(email) && rest.length === 0,
    run: async (app, [name = '', url = '', email = '']) => {
      const admin = await app.get(Accounts).byEmail(email);
      if (admin === undefined || !isSuperuserRole(admin.role)) return failed(`${email} is no admin.`);
      const actor = { userId: admin.id, ip: '127.0.0.1' };
      const { node } = await app.get(Nodes).create({ name, url, token: randomSecret() }, actor);
      const { command, expiresAt } = await app.get(InstallTokens).command(String(node.id), actor);
      return done(`Node ${node.id} is made. Until ${expiresAt} this installs its daemon, once:\n\n  ${command}`);
    },
  },
  'reset-2fa': {
    usage: 'reset-2fa <email>',
    summary: 'turns off the two-factor sign-in of an account and signs it out everywhere',
    accepts: ([email = '', ...rest]) => EMAIL.test(email) && rest.length === 0,
    run: async (app, [email = '']) => {
      await app.get(TwoFactorReset).byEmail(email);
      return done(`${email} signs in without a second factor.`);
    },
  },
  feature: {
    usage: 'feature <name> on|off',
    summary: `switches a feature flag: ${FEATURE_NAMES.join(', ')}`,
    accepts: ([name = '', state = '', ...rest]) =>
      FEATURE_NAMES.some((known) => known === name) && ['on', 'off'].includes(state) && rest.length === 0,
    run: async (app, [name = '', state]) => {
      await app.get(SettingsService).update({ featureToggles: { [name]: state === 'on' } }, { userId: null });
      return done(`The feature ${name} is ${state}.`);
    },
  },
  audit: {
    usage: 'audit verify',
    summary: 'tells whether no entry of the activity log was changed or removed',
    accepts: (args) => args.length === 1 && args[0] === 'verify',
    run: async (app) => {
      const { intact, checked, erased, head, problems } = await app.get(AuditVerification).verify();
      if (intact) return done(`intact: ${checked} links, ${erased} with erased parts, head ${head.seq} ${head.hash}`);
      const lines = problems.map(({ kind, seq, entryId }) => `${kind}: link ${seq}, entry ${entryId ?? '-'}`);
      return failed(['The activity log does not fit its chain:', ...lines].join('\n'));
    },
  },
  health: {
    usage: 'health',
    summary: 'tells whether the running panel is ready, also by the exit code',
    needsPanel: true,
    accepts: (args) => args.length === 0,
    run: async (app) => {
      const state = await app.get(Readiness).check();
      return state === 'ok' ? done('ok') : failed(state);
    },
  },
};

/** What `npm run panel` takes. */
export const USAGE = [
  'usage: npm run panel -- <command>',
  '',
  ...Object.values(COMMANDS).map(({ usage, summary }) => `  ${usage.padEnd(24)} ${summary}`),
].join('\n');

const commandOf = ([name = '']: readonly string[]): Command | undefined =>
  Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;

/** Whether the words make a command. */
export const isCommand = (argv: readonly string[]): boolean => commandOf(argv)?.accepts(argv.slice(1)) ?? false;

/** Whether the command can only be answered by a panel that runs. */
export const needsPanel = (argv: readonly string[]): boolean => commandOf(argv)?.needsPanel ?? false;

/** Runs a command on the application's own services, so that everything cached follows at once. */
export async function runCommand(app: INestApplicationContext, argv: readonly string[]): Promise<CommandResult> {
  const command = commandOf(argv);
  if (!command?.accepts(argv.slice(1))) return { exitCode: 2, output: USAGE };
  try {
    return await command.run(app, argv.slice(1));
  } catch (error) {
    if (error instanceof PanelError) return failed(error.message);
    throw error;
  }
}
