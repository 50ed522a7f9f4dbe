/** What else an error tells besides its sentence. */
export interface PanelErrorOptions {
  /** More for a person; the web client appends it. */
  details?: string;
  /** Field path to its problems (validation). */
  fields?: Record<string, string[]>;
  /** Seconds after which trying again makes sense; sent as `Retry-After`. */
  retryAfter?: number;
  /** Further machine-readable keys of the body, named by the contract. */
  extra?: Record<string, unknown>;
  cause?: unknown;
}

/** An expected failure: becomes a JSON body with `error` and the given status. */
export class PanelError extends Error {
  constructor(
    readonly status: number,
    /** Stable machine name, `area.reason`. */
    readonly code: string,
    message: string,
    readonly options: PanelErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
  }
}

export const badRequest = (message: string, code = 'request.invalid', options?: PanelErrorOptions): PanelError =>
  new PanelError(400, code, message, options);

export const unauthorized = (message: string, code = 'auth.unauthorized'): PanelError =>
  new PanelError(401, code, message);

export const forbidden = (message = 'Forbidden', code = 'auth.forbidden', options?: PanelErrorOptions): PanelError =>
  new PanelError(403, code, message, options);

export const notFound = (message: string, code = 'not_found'): PanelError => new PanelError(404, code, message);

export const conflict = (message: string, code: string): PanelError => new PanelError(409, code, message);

export const unavailable = (message: string, code: string, retryAfter = 5): PanelError =>
  new PanelError(503, code, message, { retryAfter });
