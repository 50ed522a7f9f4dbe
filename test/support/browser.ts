import { fetch } from 'undici';
import type { Answer, HttpClient, RequestHeaders } from './http.js';
import type { TestPanel } from './panel.js';

/** A browser as far as redirects between the panel and another site need one: it keeps the panel's cookies. */
export class TestBrowser {
  readonly cookies = new Map<string, string>();
  private readonly http: HttpClient;

  constructor(panel: Pick<TestPanel, 'http'>) {
    this.http = panel.http;
  }

  async get<Body = unknown>(path: string, headers: RequestHeaders = {}): Promise<Answer<Body>> {
    return this.keep(await this.http.get<Body>(path, { headers: { ...this.cookieHeader, ...headers } }));
  }

  async post<Body = unknown>(path: string, body?: unknown, headers: RequestHeaders = {}): Promise<Answer<Body>> {
    return this.keep(await this.http.post<Body>(path, body, { headers: { ...this.cookieHeader, ...headers } }));
  }

  /** Opens a page of another site and takes the redirect that leads back: path and query at the panel. */
  async visit(address: string): Promise<string> {
    const answer = await fetch(address, { redirect: 'manual' });
    const location = answer.headers.get('location');
    if (location === null) throw new Error(`${address} answered ${answer.status} without a redirect`);
    const { pathname, search } = new URL(location);
    return `${pathname}${search}`;
  }

  /** Comes back to the panel as a browser does that another site sends. */
  back(path: string): Promise<Answer<unknown>> {
    return this.get(path, { 'sec-fetch-site': 'cross-site', accept: 'text/html' });
  }

  private get cookieHeader(): RequestHeaders {
    if (this.cookies.size === 0) return {};
    return { cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
  }

  private keep<Body>(answer: Answer<Body>): Answer<Body> {
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }
}
