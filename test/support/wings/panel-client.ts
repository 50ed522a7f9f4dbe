import { Agent, request } from 'undici';
import type { Clock } from './clock.ts';
import type { Faults } from './faults.ts';
import { isNewest } from './options.ts';
import type { WingsOptions } from './options.ts';
import type { PanelCall } from './types.ts';
import { isObject, messageOf, parseLoosely } from './types.ts';

export interface PanelAnswer {
  status: number;
  body: unknown;
  attempts: number;
}

/** The panel refused, failed or did not answer; `status` 0 means no answer. */
export class PanelError extends Error {
  readonly status: number;
  readonly attempts: number;

  constructor(message: string, status: number, attempts: number) {
    super(message);
    this.status = status;
    this.attempts = attempts;
  }
}

export interface PanelRequest {
  body?: unknown;
  /** Calls marked "sent once" in the protocol pass false; only `rs` makes that difference. */
  retry?: boolean;
}

interface PanelClientSettings {
  options: WingsOptions;
  faults: Faults;
  clock: Clock;
  /** The secret the daemon currently believes in. */
  token: () => string;
  record: (call: PanelCall) => void;
}

const GO_FIRST_PAUSE_MS = 500;
const GO_LONGEST_PAUSE_MS = 12_000;
const GO_PATIENCE_MS = 30_000;
const RS_REFUSED_ATTEMPTS = 4;

/** Calls `/api/remote` of the panel with the headers and the stubbornness of the chosen flavour. */
export class PanelClient {
  readonly #settings: PanelClientSettings;
  readonly #agent = new Agent({ connections: 16 });

  constructor(settings: PanelClientSettings) {
    this.#settings = settings;
  }

  /** Sends a request until it succeeds or the flavour gives up; rejects with a PanelError then. */
  async call(method: string, path: string, { body, retry = true }: PanelRequest = {}): Promise<PanelAnswer> {
    let waited = 0;
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#send(method, path, body);
      if (this.#succeeded(answer.status)) {
        if (this.#settings.faults.repeatCallbacks && method !== 'GET') await this.#send(method, path, body);
        return { ...answer, attempts: attempt };
      }
      const pause = this.#pauseAfter(attempt, answer.status, retry, waited);
      if (pause === null) throw new PanelError(describe(method, path, answer), answer.status, attempt);
      await this.#settings.clock.sleep(pause);
      waited += pause;
    }
  }

  /** Cuts every connection to the panel. */
  close(): void {
    void this.#agent.destroy();
  }

  #succeeded(status: number): boolean {
    return this.#settings.options.flavour === 'go' ? status >= 200 && status < 300 : status > 0 && status < 400;
  }

  /** The pause before the next attempt, or null to give up. */
  #pauseAfter(attempt: number, status: number, retry: boolean, waited: number): number | null {
    const { options } = this.#settings;
    const refused = status >= 400 && status < 500;
    if (options.flavour === 'go') {
      const pause = Math.min(GO_FIRST_PAUSE_MS * 1.5 ** (attempt - 1), GO_LONGEST_PAUSE_MS);
      return refused || waited + pause > GO_PATIENCE_MS ? null : pause;
    }
    const refusedAttempts = isNewest(options) ? RS_REFUSED_ATTEMPTS : 1;
    if (!retry || attempt >= (refused ? refusedAttempts : options.retryLimit)) return null;
    return attempt ** 2 * 1000 * (1 + Math.random() * 0.3);
  }

  async #send(method: string, path: string, body: unknown): Promise<{ status: number; body: unknown }> {
    const { options, clock, record } = this.#settings;
    if (clock.stopped) throw new PanelError('the daemon has stopped', 0, 0);
    const call: PanelCall = { method, path, body, status: 0 };
    const payload = this.#payload(method, body);
    try {
      const answer = await request(`${options.panelUrl}/api/remote${path}`, {
        method,
        dispatcher: this.#agent,
        headers: this.#headers(payload !== null),
        body: payload,
        signal: AbortSignal.timeout(options.panelTimeoutMs),
      });
      call.status = answer.statusCode;
      return { status: answer.statusCode, body: parseLoosely(await answer.body.text()) };
    } catch (error) {
      options.log(`${method} ${path}: ${messageOf(error)}`);
      return { status: 0, body: messageOf(error) };
    } finally {
      record(call);
    }
  }

  #payload(method: string, body: unknown): string | null {
    if (body !== undefined) return JSON.stringify(body);
    return this.#settings.options.flavour === 'go' && method !== 'GET' ? 'null' : null;
  }

  #headers(hasBody: boolean): Record<string, string> {
    const { options, token } = this.#settings;
    const product = options.flavour === 'go' ? 'Pterodactyl Wings' : 'calagopus wings';
    return {
      authorization: `Bearer ${options.tokenId}.${token()}`,
      accept: 'application/vnd.pterodactyl.v1+json',
      'user-agent': `${product}/v${options.version} (id:${options.tokenId})`,
      // The Go daemon declares JSON even on requests without a body.
      ...(hasBody || options.flavour === 'go' ? { 'content-type': 'application/json' } : {}),
    };
  }
}

function describe(method: string, path: string, answer: { status: number; body: unknown }): string {
  return `panel answered ${answer.status} to ${method} ${path}: ${detailOf(answer.body)}`;
}

/** The panel's own words: `errors` holds objects for `go` and texts for `rs`. */
function detailOf(body: unknown): string {
  const errors: unknown = isObject(body) ? body.errors : undefined;
  if (!Array.isArray(errors)) return typeof body === 'string' ? body.slice(0, 200) : JSON.stringify(body ?? null);
  return errors.map((entry: unknown) => (isObject(entry) ? String(entry.detail) : String(entry))).join(', ');
}
