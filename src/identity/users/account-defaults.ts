/**
 * What every account says about areas that this panel does not have (families, plans). Not placeholders: these are the
 * true values of an account that never used them. An area that is built takes its fields out of here.
 */
export const UNUSED_AREAS = {
  /** There is no age gate: DESIGN 5.15. */
  ageVerificationRequired: false,
  isChildAccount: false,
  parentId: null,
  nodeId: null,
  node: null,
  fraudFlag: false,
  fraudReason: null,
  fraudDetectedAt: null,
  serverSunsetNoticeSentAt: null,
} as const;

/** Which mails a new account wants. */
export const DEFAULT_EMAIL_PREFERENCES = {
  billing: true,
  security: true,
  productUpdates: true,
  tickets: true,
  aiUsage: true,
  marketing: false,
  news: false,
} as const;
