/** An error answer of the panel. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, method: string, path: string, text: string) {
    super(`${method} ${path} answered ${status}: ${text}`);
    this.status = status;
  }
}

/** Calls the panel's REST API as any client would. */
export class PanelApi {
  readonly baseUrl: string;
  readonly token: string | undefined;

  constructor(baseUrl: string, token?: string) {
    this.baseUrl = baseUrl;
    this.token = token;
  }

  /** The same panel, signed in. */
  async signedIn(email: string, password: string): Promise<PanelApi> {
    const { token } = await this.call<{ token: string }>('POST', '/api/auth/login', { email, password });
    return new PanelApi(this.baseUrl, token);
  }

  async call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(this.token !== undefined && { Authorization: `Bearer ${this.token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new ApiError(response.status, method, path, text);
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  }
}
