/** Whom a limit counts: the client's address, the e-mail of the body (with the address), the account, account and address, or account and server. */
export type LimitSubject = 'ip' | 'email' | 'email+ip' | 'account' | 'account+ip' | 'server';

/** A fixed window: at most `limit` requests in `windowSeconds`. */
export interface RateLimit {
  readonly by: LimitSubject;
  readonly limit: number;
  readonly windowSeconds: number;
  /** Environment variables that change limit and window. */
  readonly env?: readonly [limit: string, window: string];
  /** Superusers are not counted. */
  readonly superusersExempt?: boolean;
  /** The request does not count against the global limit. */
  readonly insteadOfGlobal?: boolean;
}

/** Every named limit of the contract (admin-platform, "Rate limits") for the routes that exist. */
export const RATE_LIMITS = {
  login: [
    { by: 'ip', limit: 20, windowSeconds: 60, env: ['AUTH_LOGIN_RATE_IP', 'AUTH_LOGIN_WINDOW_IP'] },
    // With the address: a stranger must not lock the owner out.
    { by: 'email+ip', limit: 10, windowSeconds: 600, env: ['AUTH_LOGIN_RATE_ACCOUNT', 'AUTH_LOGIN_WINDOW_ACCOUNT'] },
  ],
  // A try is counted twice: by the address here, by the account that it claims once that is known.
  passkeySignIn: [
    { by: 'ip', limit: 20, windowSeconds: 60, env: ['PASSKEY_SIGNIN_RATE_IP', 'PASSKEY_SIGNIN_WINDOW_IP'] },
  ],
  passkeyAccount: [
    {
      by: 'account+ip',
      limit: 10,
      windowSeconds: 600,
      env: ['PASSKEY_SIGNIN_RATE_ACCOUNT', 'PASSKEY_SIGNIN_WINDOW_ACCOUNT'],
    },
  ],
  passkeyChallenge: [
    { by: 'ip', limit: 20, windowSeconds: 60, env: ['PASSKEY_CHALLENGE_RATE_IP', 'PASSKEY_CHALLENGE_WINDOW_IP'] },
  ],
  externalSignIn: [
    { by: 'ip', limit: 20, windowSeconds: 60, env: ['EXTERNAL_SIGNIN_RATE_IP', 'EXTERNAL_SIGNIN_WINDOW_IP'] },
  ],
  captcha: [{ by: 'ip', limit: 30, windowSeconds: 60, env: ['CAPTCHA_RATE_IP', 'CAPTCHA_WINDOW_IP'] }],
  register: [{ by: 'ip', limit: 5, windowSeconds: 3600, env: ['REGISTER_RATE_IP', 'REGISTER_WINDOW_IP'] }],
  profile: [{ by: 'account+ip', limit: 6, windowSeconds: 60 }],
  apiKeyCreate: [
    {
      by: 'ip',
      limit: 10,
      windowSeconds: 3600,
      env: ['APIKEY_CREATE_RATE_IP', 'APIKEY_CREATE_WINDOW_IP'],
      superusersExempt: true,
    },
    {
      by: 'account',
      limit: 5,
      windowSeconds: 86_400,
      env: ['APIKEY_CREATE_RATE_USER', 'APIKEY_CREATE_WINDOW_USER'],
      superusersExempt: true,
    },
  ],
  verifyEmailLink: [
    { by: 'ip', limit: 20, windowSeconds: 300, env: ['VERIFY_EMAIL_LINK_RATE_IP', 'VERIFY_EMAIL_LINK_WINDOW_IP'] },
  ],
  verifyEmailCode: [
    { by: 'account', limit: 5, windowSeconds: 300, env: ['VERIFY_EMAIL_RATE_USER', 'VERIFY_EMAIL_WINDOW_USER'] },
  ],
  resendVerification: [
    { by: 'ip', limit: 6, windowSeconds: 3600, env: ['RESEND_VERIFICATION_RATE_IP', 'RESEND_VERIFICATION_WINDOW_IP'] },
    {
      by: 'account',
      limit: 3,
      windowSeconds: 3600,
      env: ['RESEND_VERIFICATION_RATE_USER', 'RESEND_VERIFICATION_WINDOW_USER'],
    },
  ],
  passwordResetRequest: [
    { by: 'ip', limit: 6, windowSeconds: 3600, env: ['PASSWORD_RESET_RATE_IP', 'PASSWORD_RESET_WINDOW_IP'] },
    { by: 'email', limit: 3, windowSeconds: 3600, env: ['PASSWORD_RESET_RATE_EMAIL', 'PASSWORD_RESET_WINDOW_EMAIL'] },
  ],
  passwordResetConfirm: [
    {
      by: 'ip',
      limit: 10,
      windowSeconds: 3600,
      env: ['PASSWORD_RESET_CONFIRM_RATE_IP', 'PASSWORD_RESET_CONFIRM_WINDOW_IP'],
    },
  ],
  avatar: [{ by: 'account+ip', limit: 4, windowSeconds: 120, env: ['AVATAR_RATE_USER', 'AVATAR_WINDOW_USER'] }],
  idVerification: [
    { by: 'ip', limit: 20, windowSeconds: 3600, env: ['KYC_RATE_IP', 'KYC_WINDOW_IP'] },
    { by: 'account', limit: 3, windowSeconds: 86_400, env: ['KYC_RATE_USER', 'KYC_WINDOW_USER'] },
  ],
  // A list of people shows many at once, and browsers keep them afterwards.
  publicFile: [{ by: 'ip', limit: 5_000, windowSeconds: 60, insteadOfGlobal: true }],
  twoFactorEnable: [
    { by: 'ip', limit: 5, windowSeconds: 300, env: ['AUTH_2FA_ENABLE_RATE_IP', 'AUTH_2FA_ENABLE_WINDOW_IP'] },
  ],
  twoFactorDisable: [
    { by: 'ip', limit: 5, windowSeconds: 300, env: ['AUTH_2FA_DISABLE_RATE_IP', 'AUTH_2FA_DISABLE_WINDOW_IP'] },
  ],
  twoFactorRecoveryCodes: [
    { by: 'ip', limit: 5, windowSeconds: 300, env: ['AUTH_2FA_RECOVERY_RATE_IP', 'AUTH_2FA_RECOVERY_WINDOW_IP'] },
  ],
  twoFactorEmail: [{ by: 'ip', limit: 6, windowSeconds: 60, env: ['AUTH_2FA_RATE_IP', 'AUTH_2FA_WINDOW_IP'] }],
  twoFactorLogin: [
    { by: 'ip', limit: 10, windowSeconds: 60, env: ['AUTH_2FA_LOGIN_RATE_IP', 'AUTH_2FA_LOGIN_WINDOW_IP'] },
  ],
  // The limits of second factors count wrong ones of an account only; who tries them knows its password.
  secondFactorTotp: [
    { by: 'account', limit: 3, windowSeconds: 300, env: ['AUTH_2FA_CODE_RATE_USER', 'AUTH_2FA_CODE_WINDOW_USER'] },
    {
      by: 'account',
      limit: 10,
      windowSeconds: 3600,
      env: ['AUTH_2FA_CODE_LONG_RATE_USER', 'AUTH_2FA_CODE_LONG_WINDOW_USER'],
    },
  ],
  secondFactorEmail: [
    {
      by: 'account',
      limit: 10,
      windowSeconds: 3600,
      env: ['AUTH_2FA_EMAIL_CODE_RATE_USER', 'AUTH_2FA_EMAIL_CODE_WINDOW_USER'],
    },
  ],
  secondFactorBackup: [
    { by: 'account', limit: 5, windowSeconds: 3600, env: ['AUTH_2FA_BACKUP_RATE_USER', 'AUTH_2FA_BACKUP_WINDOW_USER'] },
  ],
  secondFactorMail: [
    { by: 'account', limit: 15, windowSeconds: 3600, env: ['AUTH_2FA_MAIL_RATE_USER', 'AUTH_2FA_MAIL_WINDOW_USER'] },
  ],
  restoreEmail: [
    { by: 'ip', limit: 20, windowSeconds: 300, env: ['RESTORE_EMAIL_RATE_IP', 'RESTORE_EMAIL_WINDOW_IP'] },
  ],
  deletionRequest: [
    {
      by: 'account',
      limit: 3,
      windowSeconds: 86_400,
      env: ['DELETION_REQUEST_RATE_USER', 'DELETION_REQUEST_WINDOW_USER'],
    },
  ],
  deletionCancelLink: [
    { by: 'ip', limit: 20, windowSeconds: 300, env: ['DELETION_CANCEL_RATE_IP', 'DELETION_CANCEL_WINDOW_IP'] },
  ],
  logExport: [
    { by: 'account', limit: 10, windowSeconds: 600, env: ['LOG_EXPORT_RATE_USER', 'LOG_EXPORT_WINDOW_USER'] },
  ],
  // Reads the whole log: a few at a time are enough.
  auditReads: [
    { by: 'account', limit: 10, windowSeconds: 600, env: ['AUDIT_READS_RATE_USER', 'AUDIT_READS_WINDOW_USER'] },
  ],
  power: [{ by: 'server', limit: 20, windowSeconds: 60 }],
  command: [{ by: 'server', limit: 60, windowSeconds: 60 }],
  filePull: [{ by: 'server', limit: 20, windowSeconds: 60, env: ['FILE_PULL_RATE_USER', 'FILE_PULL_WINDOW_USER'] }],
  fileShare: [{ by: 'ip', limit: 120, windowSeconds: 60, env: ['FILE_SHARE_RATE_IP', 'FILE_SHARE_WINDOW_IP'] }],
  subuserInvite: [{ by: 'account+ip', limit: 10, windowSeconds: 30 }],
  socReport: [{ by: 'account', limit: 60, windowSeconds: 60 }],
  // A rack of machines may be installed from behind one address.
  wingsInstall: [{ by: 'ip', limit: 60, windowSeconds: 60, env: ['WINGS_INSTALL_RATE_IP', 'WINGS_INSTALL_WINDOW_IP'] }],
  wingsDownload: [
    { by: 'ip', limit: 60, windowSeconds: 60, env: ['WINGS_DOWNLOAD_RATE_IP', 'WINGS_DOWNLOAD_WINDOW_IP'] },
  ],
  organisationCreate: [
    { by: 'account', limit: 5, windowSeconds: 3600, env: ['ORG_CREATE_RATE_USER', 'ORG_CREATE_WINDOW_USER'] },
  ],
  organisationUpdate: [
    { by: 'account', limit: 6, windowSeconds: 60, env: ['ORG_UPDATE_RATE_USER', 'ORG_UPDATE_WINDOW_USER'] },
  ],
  organisationRole: [
    { by: 'account', limit: 30, windowSeconds: 60, env: ['ORG_ROLE_RATE_USER', 'ORG_ROLE_WINDOW_USER'] },
  ],
  organisationInvite: [
    { by: 'account', limit: 20, windowSeconds: 3600, env: ['ORG_INVITE_RATE_USER', 'ORG_INVITE_WINDOW_USER'] },
  ],
  organisationAccept: [
    { by: 'account', limit: 20, windowSeconds: 60, env: ['ORG_ACCEPT_RATE_USER', 'ORG_ACCEPT_WINDOW_USER'] },
  ],
  // Every open page asks several times a minute, and many may sit behind one address.
  panelSettings: [{ by: 'ip', limit: 5_000, windowSeconds: 60, insteadOfGlobal: true }],
} as const satisfies Record<string, readonly RateLimit[]>;

export type RateLimitName = keyof typeof RATE_LIMITS;

/** Requests a minute of one account or address, on all routes together. `GLOBAL_RATE_LIMIT` changes it. */
export const GLOBAL_WINDOW_SECONDS = 60;

/** Requests a minute of one daemon; beyond `NODE_RATE_LIMIT` the answer is 503, never 429. */
export const NODE_WINDOW_SECONDS = 60;
