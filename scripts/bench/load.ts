import { createHistogram } from 'node:perf_hooks';
import autocannon from 'autocannon';

const WARM_SECONDS = 1;
const MICROSECONDS = 1000;

/** One kind of request, repeated over all connections. */
export interface Load {
  readonly url: string;
  readonly method?: 'GET' | 'POST';
  readonly headers?: Record<string, string>;
  /** The body of the next request. */
  readonly nextBody?: () => string;
}

export interface Figures {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers received in the measured time. */
  readonly answers: number;
  /** Answers that were not 2xx, and connections that broke. */
  readonly failures: number;
}

export interface Pace {
  readonly seconds: number;
  readonly connections: number;
  /** Requests a second over all connections; as many as possible by default. */
  readonly rate?: number;
}

/** Lets the other side compile, fill its caches and open its connections. */
export async function warm(load: Load, { connections }: Pace): Promise<void> {
  await measure(load, { seconds: WARM_SECONDS, connections });
}

/** Sends the request a single time and waits for the answer. */
export async function once({ url, method = 'GET', headers = {}, nextBody }: Load): Promise<void> {
  const json = nextBody === undefined ? {} : { 'content-type': 'application/json' };
  const body = nextBody === undefined ? {} : { body: nextBody() };
  await (await fetch(url, { method, headers: { ...json, ...headers }, ...body })).arrayBuffer();
}

/** Repeats the request over all connections for the given time. */
export function measure({ url, method = 'GET', headers = {}, nextBody }: Load, pace: Pace): Promise<Figures> {
  // Autocannon's own percentiles are whole milliseconds.
  const latencies = createHistogram();
  const json = nextBody === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const started = autocannon(
      {
        url,
        method,
        headers: { ...json, ...headers },
        connections: pace.connections,
        duration: pace.seconds,
        ...(pace.rate !== undefined && { overallRate: pace.rate }),
        ...(nextBody && { requests: [{ setupRequest: (request) => ({ ...request, body: nextBody() }) }] }),
      },
      (error: Error | null, result) => {
        if (error) reject(error);
        else resolve(toFigures(result, latencies));
      },
    );
    started.on('response', (_client, _status, _bytes, milliseconds) => {
      latencies.record(Math.max(1, Math.round(milliseconds * MICROSECONDS)));
    });
  });
}

function toFigures(result: autocannon.Result, latencies: ReturnType<typeof createHistogram>): Figures {
  return {
    requestsPerSecond: latencies.count / result.duration,
    p50Ms: latencies.percentile(50) / MICROSECONDS,
    p99Ms: latencies.percentile(99) / MICROSECONDS,
    answers: latencies.count,
    failures: result.non2xx + result.errors + result.timeouts,
  };
}
