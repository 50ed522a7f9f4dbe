/** Who may call a route: exactly one of these is declared on every handler or its controller. */
export type Access =
  | { readonly kind: 'public' }
  /** Any signed-in account; with `sessionOnly` not by an API key (account security), with `keyPermission` by keys that hold it. */
  | { readonly kind: 'authenticated'; readonly sessionOnly: boolean; readonly keyPermission?: string }
  /** Accounts that hold all of the permissions. `message` is the 403 text that clients know. */
  | { readonly kind: 'permission'; readonly permissions: readonly string[]; readonly message?: string }
  | { readonly kind: 'node' }
  /** Daemons, and accounts that hold all of the permissions. */
  | { readonly kind: 'node-or-permission'; readonly permissions: readonly string[] };

export const ACCESS_METADATA = 'panel:access';

/** What an API key may be bound to. */
export type KeyBinding = 'servers' | 'organisation';

/** Marks routes for bound keys: its value lists what they are bound to. */
export const BOUND_KEYS_METADATA = 'panel:bound-keys';
