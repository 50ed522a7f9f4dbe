import type { ServerScope } from './server-scope.js';

declare module 'express-serve-static-core' {
  interface Request {
    /** The caller's access to the server in the path; set on routes with `@ServerPermission()`. */
    serverScope?: ServerScope;
  }
}
