import findMyWay from 'find-my-way';

const ANY_SEGMENT = ':';
const ANY_REST = '*';

interface Leaf<Route> {
  shape: readonly string[];
  routes?: readonly Route[];
}

/**
 * Narrows a list of Express routes down to those that can match a path, with a radix tree instead of a scan.
 *
 * The index only looks at the shape of paths and may return a route too many, never one too few: Express still matches
 * the few routes that remain, in their order, so every rule about parameters and encodings stays its own.
 */
export class RouteIndex<Route> {
  private readonly tree = findMyWay({ ignoreTrailingSlash: true, maxParamLength: Infinity });
  private readonly shapes: readonly (readonly string[])[];

  constructor(
    private readonly routes: readonly Route[],
    pathOf: (route: Route) => unknown,
  ) {
    this.shapes = routes.map((route) => toShape(pathOf(route)));
    const leaves = new Map(this.shapes.flatMap(toLeafShapes).map((shape) => [toPattern(shape), shape]));
    for (const [pattern, shape] of leaves) {
      this.tree.on('GET', pattern, ignore, { shape } satisfies Leaf<Route>);
    }
  }

  /** The routes that can match the (undecoded) path, in their order of registration. */
  candidates(path: string): readonly Route[] {
    // Percent signs are hidden because the tree would decode them and refuse malformed ones. No indexed text has one.
    const found = this.tree.find('GET', path.toLowerCase().replaceAll('%', '_'));
    const leaf = found?.store as Leaf<Route> | undefined;
    return leaf ? (leaf.routes ??= this.routesOverlapping(leaf.shape)) : [];
  }

  /** A path that ends at one leaf can also match the other routes whose shape overlaps, e.g. `/a/:id` at `/a/b`. */
  private routesOverlapping(leafShape: readonly string[]): Route[] {
    return this.routes.filter((_, position) => overlap(this.shapes[position] ?? [ANY_REST], leafShape));
  }
}

/** Splits a route path into segments; from the first one that is not plain text or one parameter, anything goes. */
function toShape(path: unknown): string[] {
  if (typeof path !== 'string' || !path.startsWith('/')) {
    return [ANY_REST];
  }
  const shape: string[] = [];
  for (const segment of path.replace(/\/+$/, '').split('/').slice(1)) {
    if (/^:[\w$]+$/.test(segment)) {
      shape.push(ANY_SEGMENT);
    } else if (/^[\w.~@-]+$/.test(segment)) {
      shape.push(segment.toLowerCase());
    } else {
      return [...shape, ANY_REST];
    }
  }
  return shape;
}

/** An open shape also covers the path where nothing is left to match. */
function toLeafShapes(shape: readonly string[]): (readonly string[])[] {
  return shape.at(-1) === ANY_REST ? [shape, shape.slice(0, -1)] : [shape];
}

/** Every parameter gets the same name, so that routes which name them differently share one leaf. */
function toPattern(shape: readonly string[]): string {
  return `/${shape.map((segment) => (segment === ANY_SEGMENT ? ':any' : segment)).join('/')}`;
}

/**
 * Whether a route can match a path that ends at a leaf. The tree turns to an open leaf (`/a/*`) last, so a more specific
 * route below the same prefix cannot match there any more; one below a different prefix (`/:x/b`) still can.
 */
function overlap(route: readonly string[], leaf: readonly string[]): boolean {
  let samePrefix = true;
  for (let position = 0; position < Math.max(route.length, leaf.length); position++) {
    const [left, right] = [route[position], leaf[position]];
    if (left === ANY_REST || right === ANY_REST) {
      return left === ANY_REST || !samePrefix;
    }
    const differ = left !== right && left !== ANY_SEGMENT && right !== ANY_SEGMENT;
    if (differ || left === undefined || right === undefined) {
      return false;
    }
    samePrefix &&= left === right;
  }
  return true;
}

function ignore(): void {
  // find-my-way asks for a handler; only its store is used.
}
