import { Injectable } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { Histogram } from 'prom-client';
import { Metrics } from './metrics.js';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Requests that no route took, whatever their path: a label for each would grow without bound. */
export const UNMATCHED = 'unmatched';
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** @param route `/api/servers/:id`, or `unmatched` */
type RequestListener = (request: Request, route: string) => void;

type Observe = Histogram.Internal<string>;

/** How long requests take, by method, pattern of the route and class of the status. */
@Injectable()
export class RequestMetrics {
  private readonly durations: Histogram<'method' | 'route' | 'status'>;
  private readonly children = new Map<string, Observe>();

  private readonly listeners: RequestListener[] = [];

  constructor(metrics: Metrics) {
    this.durations = new Histogram({
      name: 'panel_http_request_duration_seconds',
      help: 'Duration of requests by method, route pattern and status class.',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers: [metrics.registry],
    });
  }

  /** Middleware that measures from here to the end of the answer. */
  readonly measure = (request: Request, response: Response, next: NextFunction): void => {
    const start = performance.now();
    response.once('finish', () => {
      this.childFor(request, response).observe((performance.now() - start) / 1000);
      for (const listener of this.listeners) listener(request, routeOf(request));
    });
    next();
  };

  /** Tells of each answered request, with the pattern of its route. The listener must be quick and never throw. */
  onAnswered(listener: RequestListener): void {
    this.listeners.push(listener);
  }

  private childFor(request: Request, response: Response): Observe {
    const method = METHODS.has(request.method) ? request.method : 'OTHER';
    const route = routeOf(request);
    const status = `${Math.floor(response.statusCode / 100)}xx`;
    const key = `${method} ${route} ${status}`;
    let child = this.children.get(key);
    if (child === undefined) {
      child = this.durations.labels({ method, route, status });
      this.children.set(key, child);
    }
    return child;
  }
}

/** The pattern (`/api/servers/:id`), never the path itself. */
function routeOf(request: Request): string {
  const path = (request.route as { path?: unknown } | undefined)?.path;
  return typeof path === 'string' && !path.includes('*') ? path : UNMATCHED;
}
