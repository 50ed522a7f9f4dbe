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

/**
 * A browser at the pages of an OpenID Connect provider: it follows the provider's redirects with the provider's cookies
 * and fills in its forms, until a redirect leads away from it.
 */
export class ProviderVisitor {
  private readonly cookies = new Map<string, string>();

  /**
   * @param answers by the name of the field that a form asks for.
   * @returns path and query at the panel.
   */
  async visit(address: string, answers: Readonly<Record<string, string>>): Promise<string> {
    const { origin } = new URL(address);
    let [url, form] = [address, undefined as URLSearchParams | undefined];
    for (let step = 0; step < MAXIMUM_STEPS; step++) {
      const answer = await this.open(url, form);
      const location = answer.headers.get('location');
      const page = await answer.text();
      if (location === null) form = filledIn(page, answers);
      else [url, form] = [new URL(location, url).href, undefined];
      const { pathname, search, origin: at } = new URL(url);
      if (at !== origin) return `${pathname}${search}`;
    }
    throw new Error(`The provider led nowhere but to ${url}`);
  }

  private async open(url: string, form: URLSearchParams | undefined) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const request = { redirect: 'manual', headers: { cookie } } as const;
    const answer = await fetch(url, form === undefined ? request : { ...request, method: 'POST', body: form });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }
}

const MAXIMUM_STEPS = 12;

/** The form of a page, sent as it wants. */
function filledIn(page: string, answers: Readonly<Record<string, string>>): URLSearchParams {
  const name = /<input name="(\w+)"/.exec(page)?.[1];
  if (name === undefined) throw new Error(`A page of the provider without a form: ${page}`);
  return new URLSearchParams(answers['no'] === name ? { no: '1' } : { [name]: answers[name] ?? '' });
}
