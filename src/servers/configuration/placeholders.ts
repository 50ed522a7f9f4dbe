/**
 * Placeholders of egg configurations. The panel substitutes those of the server itself, so that both families of
 * daemons get plain values; what is left for the daemon is only what names its own network.
 */

/** Values that `{{server.…}}` and `{{env.…}}` stand for. */
export interface PlaceholderValues {
  readonly environment: Readonly<Record<string, string>>;
  readonly build: Readonly<Record<string, string | number>>;
  readonly ip: string;
  readonly port: string;
}

const PLACEHOLDER = /\{\{\s*([A-Za-z][\w.-]*)\s*\}\}/g;
const ENVIRONMENT = /^(?:server\.(?:build\.)?)?(?:env|environment)\.([\w.-]+)$/;

/**
 * `{{` that opens a placeholder of the daemon's own configuration, which holds its token and registry passwords: Go Wings
 * replaces any `config.…` (CVE-2026-52855). Only the network interface is harmless.
 */
const SECRET_OPENING =
  /\{\{(?!\s*config\.docker\.(?:interface|network\.(?:interface|name))\s*\}\})(?=[\s\p{Cc}\p{Cf}]*config[\s\p{Cc}\p{Cf}]*\.)/giu;

/**
 * The text without anything that a daemon could replace by its own secrets. Repeated until nothing is left, because
 * taking one opening away may leave another (`{{{{config.token}}`).
 */
export function withoutSecretPlaceholders(text: string): string {
  let safe = text;
  for (;;) {
    const next = safe.replace(SECRET_OPENING, '');
    if (next === safe) return safe;
    safe = next;
  }
}

/** The text with the server's own placeholders substituted, then made harmless: values are the customer's. */
export function substitute(text: string, values: PlaceholderValues): string {
  if (!text.includes('{{')) return text;
  return withoutSecretPlaceholders(text.replace(PLACEHOLDER, (whole, name: string) => valueOf(name, values) ?? whole));
}

function valueOf(name: string, values: PlaceholderValues): string | undefined {
  const variable = ENVIRONMENT.exec(name)?.[1];
  if (variable !== undefined) return Object.hasOwn(values.environment, variable) ? values.environment[variable] : '';
  if (/^server\.(build|allocations)\.default\.ip$/.test(name)) return values.ip;
  if (/^server\.(build|allocations)\.default\.port$/.test(name)) return values.port;
  const limit = /^server\.build\.([\w-]+)$/.exec(name)?.[1];
  if (limit !== undefined) return Object.hasOwn(values.build, limit) ? String(values.build[limit]) : '';
  return name.startsWith('server.') ? '' : undefined;
}
