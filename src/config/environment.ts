import { plainToInstance, Transform, Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, Length, Matches, Max, Min, validateSync } from 'class-validator';
import { githubProblems, readOidcProviders } from './sign-in-providers.js';
import type { OidcSettings } from './sign-in-providers.js';
import { StartError } from './start-error.js';
import { IsCidrList, IsFolderList, IsHttpUrl, IsHttpUrlList } from './environment.validators.js';

const flag = ({ value }: { value: unknown }): unknown =>
  value === '1' || value === 'true' ? true : value === '0' || value === 'false' ? false : value;

/** The environment of the process, one property a variable. Empty variables count as unset. */
export class Environment {
  @IsIn(['development', 'test', 'production'])
  NODE_ENV = 'development';

  @IsString()
  HOST = '0.0.0.0';

  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(65535)
  PORT = 3001;

  /** Folder of the embedded database, generated secrets and uploads. */
  @IsString()
  DATA_DIR = './data';

  @IsOptional()
  @Matches(/^postgres(ql)?:\/\//, { message: 'DATABASE_URL must begin with postgresql://' })
  DATABASE_URL?: string;

  @Type(() => Number)
  @IsInt()
  @Min(2)
  @Max(200)
  DATABASE_POOL_SIZE = 10;

  /** MiB of one file that is uploaded through the panel; uploads straight to a node have the node's own limit. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_048_576)
  FILES_UPLOAD_LIMIT_MIB = 100;

  @IsOptional()
  @Matches(/^rediss?:\/\//, { message: 'REDIS_URL must begin with redis:// or rediss://' })
  REDIS_URL?: string;

  /** Public address of the panel as users and daemons reach it. */
  @IsOptional()
  @IsHttpUrl()
  PANEL_URL?: string;

  /** Origins of the web frontends, comma separated. */
  @IsOptional()
  @IsHttpUrlList()
  FRONTEND_URL?: string;

  /** Folders of the nodes that mounts may lend to servers, comma separated; daemons are told the same list. */
  @IsFolderList()
  MOUNT_SOURCES = '/srv/mounts';

  /** CIDR blocks of proxies whose forwarding headers are believed, comma separated. */
  @IsCidrList()
  TRUSTED_PROXIES = '127.0.0.0/8,::1/128,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7';

  @IsOptional()
  @Length(32, 512, { message: 'JWT_SECRET must have at least 32 characters' })
  JWT_SECRET?: string;

  /** `id:base64 of 32 bytes`, comma separated; the first seals, all open. */
  @IsOptional()
  @Matches(/^[\w-]+:[A-Za-z0-9+/]{43}=(,[\w-]+:[A-Za-z0-9+/]{43}=)*$/, {
    message: 'SEALING_KEYS must be a list of id:base64 pairs of 32 bytes each (openssl rand -base64 32)',
  })
  SEALING_KEYS?: string;

  @Matches(/^[\w-]+$/)
  JWT_COOKIE_NAME = 'token';

  @IsOptional()
  @Transform(flag)
  @IsBoolean()
  JWT_COOKIE_SECURE?: boolean;

  @IsOptional()
  @IsString()
  JWT_COOKIE_DOMAIN?: string;

  /** Sliding lifetime of a session in seconds. */
  @Type(() => Number)
  @IsInt()
  @Min(60)
  JWT_COOKIE_MAX_AGE = 2_592_000;

  @Type(() => Number)
  @IsInt()
  @Min(8192)
  ARGON2_MEMORY_KIB = 65_536;

  @Type(() => Number)
  @IsInt()
  @Min(1)
  ARGON2_ITERATIONS = 3;

  /** Password hashes computed at the same time; each takes ARGON2_MEMORY_KIB and one core. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(64)
  ARGON2_CONCURRENCY = 2;

  /** Domains that passkeys are made for, comma separated; by default the hosts of frontends and panel. */
  @IsOptional()
  @Matches(/^[a-z\d.-]+( *, *[a-z\d.-]+)*$/i, { message: 'RP_ID must be host names, comma separated' })
  RP_ID?: string;

  /** Origins of the pages that may use passkeys, comma separated; by default those of frontends and panel. */
  @IsOptional()
  @IsHttpUrlList()
  ORIGIN?: string;

  /** Short names of OpenID Connect providers, comma separated; each has OIDC_<NAME>_… variables of its own. */
  @IsOptional()
  @Matches(/^[a-z][a-z\d]{0,31}( *, *[a-z][a-z\d]{0,31})*$/, {
    message: 'OIDC_PROVIDERS must be names of lower-case letters and digits, comma separated',
  })
  OIDC_PROVIDERS?: string;

  /** Whether providers may be reached on private addresses and without TLS. */
  @Transform(flag)
  @IsBoolean()
  SIGN_IN_ALLOW_PRIVATE = false;

  /** Whether people of the European Union are not asked for identity documents, whatever the country rules say. */
  @Transform(flag)
  @IsBoolean()
  EU_ID_DISABLED = false;

  @IsOptional()
  @Length(1, 255)
  GITHUB_CLIENT_ID?: string;

  @IsOptional()
  @Length(1, 255)
  GITHUB_CLIENT_SECRET?: string;

  /** Whether people may sign in with GitHub; the client id alone serves the verification of students. */
  @Transform(flag)
  @IsBoolean()
  GITHUB_SIGN_IN = false;

  @IsHttpUrl()
  GITHUB_URL = 'https://github.com';

  @IsHttpUrl()
  GITHUB_API_URL = 'https://api.github.com';

  @IsHttpUrl()
  GITHUB_EDUCATION_URL = 'https://education.github.com/api/user';

  @IsOptional()
  @Matches(/^smtps?:\/\//, { message: 'SMTP_URL must begin with smtp:// or smtps://' })
  SMTP_URL?: string;

  @IsString()
  MAIL_FROM = 'Panel <panel@localhost>';

  /** Name of the installation in mails and daemon configurations. */
  @Length(1, 64)
  BRAND_NAME = 'EcliPanel';

  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
  LOG_LEVEL = 'info';

  @IsOptional()
  @Matches(/^[^@\s]+@[^@\s]+$/, { message: 'ADMIN_EMAIL must be an e-mail address' })
  ADMIN_EMAIL?: string;

  @IsOptional()
  @IsString()
  ADMIN_PASSWORD?: string;

  /** Whether webhooks may go to private addresses. */
  @Transform(flag)
  @IsBoolean()
  WEBHOOKS_ALLOW_PRIVATE = false;

  /** Whether the panel may call daemons on private addresses (10.x, 192.168.x, loopback …). */
  @Transform(flag)
  @IsBoolean()
  NODES_ALLOW_PRIVATE = true;

  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(3600)
  NODE_PROBE_INTERVAL_SECONDS = 30;

  /** Seconds in which the old token of a node still counts after a rotation; 0 ends it at once. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(86_400)
  NODE_TOKEN_OVERLAP_SECONDS = 900;

  /** Seconds that servers get to stop before a reboot of all servers of a node kills them. */
  @Type(() => Number)
  @IsInt()
  @Min(0)
  @Max(3600)
  NODE_REBOOT_GRACE_SECONDS = 60;

  /** Probes that take longer count as a bad sign. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(8000)
  NODE_SLOW_PROBE_MS = 2000;

  /** Folder with builds of the daemon for the install command: `wings-x86_64`, `wings-aarch64`. */
  @IsOptional()
  @IsString()
  WINGS_BUILD_DIR?: string;

  /** Where builds are fetched from otherwise; `{arch}` becomes x86_64 or aarch64. */
  @IsOptional()
  @Matches(/^https?:\/\/[^\s"']+$/, { message: 'WINGS_DOWNLOAD_URL must be an http or https address' })
  WINGS_DOWNLOAD_URL?: string;
  /** Minutes after which the panel gives up a transfer of a server between nodes. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(10_080)
  TRANSFER_TIMEOUT_MINUTES = 240;

  /** Servers of one node that a drain moves at a time. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(100)
  NODE_DRAIN_CONCURRENCY = 3;

  /** Address of clients counts against the global limit of requests a minute. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  GLOBAL_RATE_LIMIT = 500;

  /** Requests a minute of one daemon: it reports for hundreds of servers. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  NODE_RATE_LIMIT = 6000;

  /** Bearer secret that may read /metrics; without it only loopback may. */
  @IsOptional()
  @Length(16, 256)
  METRICS_TOKEN?: string;
}

/** Thrown when the environment cannot be used; one line a problem. */
export class EnvironmentError extends StartError {
  constructor(readonly problems: string[]) {
    super(`The configuration has ${problems.length} problem(s):\n${problems.map((line) => `  - ${line}`).join('\n')}`);
  }
}

/** The typed environment and the variables that change rate limits, by name. */
export interface CheckedEnvironment {
  readonly environment: Environment;
  readonly rateOverrides: ReadonlyMap<string, number>;
  readonly oidcProviders: readonly OidcSettings[];
}

/** Reads and checks the environment; throws EnvironmentError with every problem at once, one line a variable. */
export function readEnvironment(source: NodeJS.ProcessEnv): CheckedEnvironment {
  const given = Object.entries(source).filter(([, value]) => value !== undefined && value.trim() !== '');
  const environment = plainToInstance(Environment, Object.fromEntries(given), { exposeDefaultValues: true });
  const problems = validateSync(environment, { whitelist: true }).map(({ property, constraints = {} }) => {
    // One line a variable: that it must be a number says more than that it is not below the maximum.
    return constraints['isInt'] ?? Object.values(constraints)[0] ?? `${property} is not acceptable`;
  });
  const rates = Object.entries(source).filter(([name, value]) => RATE_NAME.test(name) && (value ?? '').trim() !== '');
  const oidc = readOidcProviders(environment, source);
  problems.push(
    ...productionProblems(environment),
    ...rateProblems(rates),
    ...oidc.problems,
    ...githubProblems(environment),
  );
  if (problems.length > 0) throw new EnvironmentError(problems);
  const rateOverrides = new Map(rates.map(([name, value]) => [name, Number(value)]));
  return { environment, rateOverrides, oidcProviders: oidc.providers };
}

const RATE_NAME = /^[A-Z0-9_]+_(RATE|WINDOW)_(IP|ACCOUNT|EMAIL|USER)$/;

function rateProblems(rates: readonly (readonly [string, string | undefined])[]): string[] {
  return rates
    .filter(([, value]) => !/^[1-9]\d{0,8}$/.test((value ?? '').trim()))
    .map(([name]) => `${name} must be a whole number from 1`);
}

function productionProblems(environment: Environment): string[] {
  if (environment.NODE_ENV !== 'production') return [];
  const needed = ['JWT_SECRET', 'SEALING_KEYS', 'PANEL_URL'] as const;
  return needed
    .filter((name) => environment[name] === undefined)
    .map((name) => `${name} must be set when NODE_ENV is production`);
}
