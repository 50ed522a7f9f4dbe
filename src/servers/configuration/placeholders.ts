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
 * Braces, with what may stand between, that open a placeholder of the daemon's own configuration, which holds its token
 * and registry passwords: Go Wings replaces any `config.…` (CVE-2026-52855). Only the network interface is harmless.
 * A match begins where its run of braces and blanks begins, so that a text of nothing else is looked at once, not once
 * for each of its characters.
 */
const SECRET_OPENING =
  /(?<![{\s\p{Cc}\p{Cf}])[{\s\p{Cc}\p{Cf}]+(?=config[\s\p{Cc}\p{Cf}]*\.)(?!config\.docker\.(?:interface|network\.(?:interface|name))\s*\}\})/giu;

/**
 * The text without anything that a daemon could replace by its own secrets. Of a run that opens something no brace is
 * left: taking two away might leave two others (`{{{{config.token}}`).
 */
export function withoutSecretPlaceholders(text: string): string {
  return text.replace(SECRET_OPENING, (run) => (run.includes('{{') ? run.replaceAll('{', '') : run));
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
