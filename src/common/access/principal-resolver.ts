import type { Credential } from './credential.js';
import type { NodePrincipal, UserPrincipal } from './principal.js';

/** A port: `identity` knows accounts, sessions and keys. */
export abstract class PrincipalResolver {
  /**
   * The account behind a credential.
   * @throws PanelError 401 with the text of contract auth-users 0.3.
   */
  abstract resolve(credential: Credential, clientIp: string): Promise<ResolvedPrincipal> | ResolvedPrincipal;
}

export interface ResolvedPrincipal {
  readonly principal: UserPrincipal;
  /** The credential came from a cookie, which a browser sends by itself: unsafe methods need the CSRF rule. */
  readonly fromCookie: boolean;
}

/** What a daemon presents: `Bearer <token id>.<token>` and a User-Agent that tells its family and version. */
export interface NodeCredential {
  readonly authorization: string | undefined;
  readonly userAgent: string | undefined;
}

/** A port: `nodes` knows the daemons' tokens. */
export abstract class NodeAuthenticator {
  /** @throws PanelError 401. */
  abstract authenticate(credential: NodeCredential): Promise<NodePrincipal> | NodePrincipal;
}
