import type { CDPSession, Page } from 'playwright-core';

/** An answer of the panel to a script of the page. */
export interface PageAnswer<Body> {
  readonly status: number;
  readonly body: Body;
}

/** What the page is told to ask the authenticator for: the panel's options, or a change of them. */
export type PasskeyOptions = Readonly<Record<string, unknown>>;

/**
 * A page of the panel as the web client is one: it calls the panel with the browser's cookies and WebAuthn with the
 * panel's options. Chromium has a virtual authenticator (Chrome DevTools Protocol, WebAuthn) in place of a finger.
 */
export class PasskeyPage {
  private authenticatorId = '';

  private constructor(
    private readonly page: Page,
    private readonly devtools: CDPSession,
  ) {}

  static async open(page: Page, address: string): Promise<PasskeyPage> {
    await page.goto(address, { waitUntil: 'domcontentloaded' });
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('WebAuthn.enable', { enableUI: false });
    return new PasskeyPage(page, devtools);
  }

  /** Another person sits down with an authenticator of his own, which recognises him, unless it cannot recognise people. */
  async begin(hasUserVerification = true): Promise<void> {
    await this.page.context().clearCookies();
    await this.devtools.send('WebAuthn.disable');
    await this.devtools.send('WebAuthn.enable', { enableUI: false });
    const { authenticatorId } = await this.devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification,
        isUserVerified: hasUserVerification,
        automaticPresenceSimulation: true,
      },
    });
    this.authenticatorId = authenticatorId;
  }

  /** Whether the authenticator recognises the person from now on. */
  async recognises(isUserVerified: boolean): Promise<void> {
    await this.devtools.send('WebAuthn.setUserVerified', { authenticatorId: this.authenticatorId, isUserVerified });
  }

  /** How often each passkey of the authenticator has signed, as it counts itself. */
  async signCounts(): Promise<number[]> {
    const { credentials } = await this.devtools.send('WebAuthn.getCredentials', {
      authenticatorId: this.authenticatorId,
    });
    return credentials.map(({ signCount }) => signCount);
  }

  /** The next requests have no session. */
  async signOut(): Promise<void> {
    await this.page.context().clearCookies();
  }

  /** `fetch` in the page. */
  async call<Body = { error?: string }>(method: string, path: string, body?: object): Promise<PageAnswer<Body>> {
    const options = {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    };
    return this.page.evaluate(`(async () => {
      const response = await fetch(${JSON.stringify(path)}, ${JSON.stringify(options)});
      return { status: response.status, body: await response.json() };
    })()`);
  }

  /** `navigator.credentials.create()` with options in their JSON form. */
  create(options: PasskeyOptions): Promise<object> {
    return this.page.evaluate(`(async () => {
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(${JSON.stringify(options)});
      return (await navigator.credentials.create({ publicKey })).toJSON();
    })()`);
  }

  /** `navigator.credentials.get()` with options in their JSON form. */
  get(options: PasskeyOptions): Promise<object> {
    return this.page.evaluate(`(async () => {
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(${JSON.stringify(options)});
      return (await navigator.credentials.get({ publicKey })).toJSON();
    })()`);
  }
}
