import { FakePanel } from './fake-panel.ts';
import type { WingsOptions } from './options.ts';
import { SimulatedWings } from './simulated-wings.ts';
import type { Flavour } from './types.ts';

export const FLAVOURS: Flavour[] = ['go', 'rs'];

/** A fake panel and the daemons that talk to it, all closed together. */
export class TestBench {
  readonly panel = new FakePanel();
  readonly #daemons: SimulatedWings[] = [];

  static async open(): Promise<TestBench> {
    const bench = new TestBench();
    await bench.panel.listen();
    return bench;
  }

  /** A daemon that has not booted yet, a hundred times faster than a real one. */
  wings(flavour: Flavour, options: Partial<WingsOptions> = {}): SimulatedWings {
    const daemon = new SimulatedWings({ panelUrl: this.panel.url, flavour, clockScale: 0.01, ...options });
    this.#daemons.push(daemon);
    return daemon;
  }

  /** A booted daemon with one server. */
  async booted(
    flavour: Flavour,
    options: Partial<WingsOptions> = {},
  ): Promise<{ wings: SimulatedWings; uuid: string }> {
    const [server] = this.panel.add(1);
    const wings = this.wings(flavour, options);
    await wings.boot();
    return { wings, uuid: server?.settings.uuid ?? '' };
  }

  async close(): Promise<void> {
    for (const daemon of this.#daemons) await daemon.crash();
    await this.panel.close();
  }
}

export interface ApiAnswer {
  status: number;
  body: unknown;
  text: string;
}

/** Calls the daemon as the panel does, with a JSON body. */
export async function callApi(
  wings: SimulatedWings,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<ApiAnswer> {
  const answer = await fetch(wings.url + path, {
    method,
    redirect: 'manual',
    headers: {
      authorization: `Bearer ${wings.options.token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, text, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
