import { ExpressAdapter } from '@nestjs/platform-express';
import type { Response } from 'express';
import { replyWithJson } from './json-reply.js';
import { RouteIndex } from './route-index.js';

/** The part of an Express router layer that matters here; `route` is missing on middleware. */
interface Layer {
  route?: { path: unknown } | undefined;
  match(path: string): unknown;
}

interface Router {
  stack: Layer[];
  handle: (request: unknown, response: unknown, done: unknown) => void;
}

type Step = Layer | RouteIndex<Layer>;

/**
 * Express adapter whose speed does not depend on the number of routes.
 *
 * Express tries its routes one by one. Here every run of routes between two middleware is looked up in a
 * {@link RouteIndex} when a request gets to it, and Express goes on with the few that can match. Registration, matching
 * and error handling stay with Express, so an application behaves exactly as on the adapter of Nest. Results are sent by
 * {@link replyWithJson}.
 */
export class IndexedExpressAdapter extends ExpressAdapter {
  constructor(instance?: unknown) {
    super(instance);
    indexRoutes(this.getInstance<{ router: Router }>().router);
  }

  /** Sends what a handler returned. */
  override reply(response: Response, body: unknown, statusCode?: number): unknown {
    if (statusCode !== undefined) response.status(statusCode);
    return replyWithJson(response, body) || super.reply(response, body, statusCode);
  }

  /** Requests under way end; their connections then close at once instead of waiting for another one. */
  override close(): Promise<unknown> | undefined {
    this.getHttpServer().keepAliveTimeout = 1;
    return super.close();
  }
}

function indexRoutes(router: Router): void {
  const { handle } = router;
  let steps: Step[] = [];
  let indexedLayers = 0;
  router.handle = (request, response, done) => {
    // Nothing is ever taken out of the stack, so its length tells whether a route was added since.
    if (indexedLayers !== router.stack.length) {
      steps = toSteps(router.stack);
      indexedLayers = router.stack.length;
    }
    const view = { __proto__: router, stack: stackFor(steps) };
    handle.call(view, request, response, done);
  };
}

/** Replaces each run of routes by an index of it. */
function toSteps(stack: readonly Layer[]): Step[] {
  const steps: Step[] = [];
  let run: Layer[] = [];
  for (const layer of stack) {
    if (layer.route) {
      run.push(layer);
      continue;
    }
    steps.push(...toIndex(run), layer);
    run = [];
  }
  return [...steps, ...toIndex(run)];
}

function toIndex(run: readonly Layer[]): RouteIndex<Layer>[] {
  return run.length > 0 ? [new RouteIndex(run, (layer) => layer.route?.path)] : [];
}

/**
 * The layers of one request. They end at the first index: Express asks it whether it matches, and it then appends what
 * comes next. Looking up that late means that middleware may still rewrite the URL before.
 */
function stackFor(steps: readonly Step[]): Layer[] {
  const stack: Layer[] = [];
  const append = (from: number): void => {
    for (let position = from; position < steps.length; position++) {
      const step = steps[position];
      if (step instanceof RouteIndex) {
        const match = (path: string): boolean => {
          stack.push(...step.candidates(path));
          append(position + 1);
          return false;
        };
        stack.push({ match });
        return;
      }
      if (step) {
        stack.push(step);
      }
    }
  };
  append(0);
  return stack;
}
