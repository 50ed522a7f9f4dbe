import type { PanelError } from '../errors/panel-error.js';
import type { Principal } from './principal.js';

declare module 'express-serve-static-core' {
  interface Request {
    /** Names the request in logs and error bodies, see requestLog. */
    id: string;
    /** Address of the client, see ClientIp. */
    clientIp: string;
    /** Who is calling; set by the authentication guard when a credential was good. */
    principal?: Principal;
    /** Why the credential was refused; thrown by the access guard, after the rate limit has counted the try. */
    authenticationError?: PanelError;
  }
}
