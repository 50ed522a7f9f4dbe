/** `true` breaks every path, a text only the paths that begin with it. */
export type PathFault = boolean | string;

/** Switches that make the daemon misbehave; they may be flipped at any time. */
export class Faults {
  /** Connections are cut as soon as they are made, and kept ones at their next request. */
  refuseConnections = false;
  /** The request is read and never answered. */
  hang: PathFault = false;
  /** 500 without doing the work. */
  status500: PathFault = false;
  /** The work is done, then the connection is cut instead of answering. */
  dropResponseAfterWork: PathFault = false;
  /** 200 with a body that is not JSON, without doing the work. */
  garbage: PathFault = false;
  /** 200 with 10 MB of valid JSON, without doing the work. */
  hugeBody: PathFault = false;
  /** The real answer, one byte a second (scaled). */
  slowBody: PathFault = false;
  /** 302 to this URL, without doing the work. */
  redirectTo: string | { url: string; prefix: string } | null = null;
  /** Every writing call to the panel that succeeded is sent a second time. */
  repeatCallbacks = false;
  /** The daemon believes in another secret: its calls, its HTTP guard and its JWT checks all use that one. */
  wrongToken = false;
  /** How far the daemon's clock is ahead of the real one. */
  clockOffsetSeconds = 0;

  /** Puts every switch back to harmless. */
  clear(): void {
    Object.assign(this, new Faults());
  }

  /** The redirection that applies to a path. */
  redirectionOf(path: string): string | null {
    if (this.redirectTo === null || typeof this.redirectTo === 'string') return this.redirectTo;
    return path.startsWith(this.redirectTo.prefix) ? this.redirectTo.url : null;
  }
}

/** Whether a switch applies to a path. */
export function applies(fault: PathFault, path: string): boolean {
  return typeof fault === 'string' ? path.startsWith(fault) : fault;
}
