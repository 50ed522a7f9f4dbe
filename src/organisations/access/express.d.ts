import type { OrganisationScope } from './organisation-scope.js';

declare module 'express-serve-static-core' {
  interface Request {
    /** The caller's access to the organisation in the path; set on routes with `@OrganisationPermission()`. */
    organisationScope?: OrganisationScope;
  }
}
