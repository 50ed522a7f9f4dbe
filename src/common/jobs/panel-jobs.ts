/** Work that must happen, exactly once among replicas, also after a crash: name to the data it needs. */
export interface PanelJobs {
  /** Send one mail of the outbox. */
  'mail.deliver': { mailId: number };
  /** Somebody asked to reset the password of an address, which may or may not be known. */
  'identity.password_reset': { email: string };
  /** Delete the accounts whose grace period is over. */
  'identity.account_deletions': Record<string, never>;
  /** Close what an account has open on nodes: suspended, password changed, signed out everywhere. */
  'account.cut_off': { userId: number };
  /** A daemon has restarted: bring its servers to what the panel knows. */
  'node.reconcile': { nodeId: number };
  /** Remove heartbeats past the history that is shown. */
  'node.heartbeat_retention': Record<string, never>;
  /** Let the daemon fetch the configuration of a server again. */
  'server.sync': { serverUuid: string };
  /** An egg changed: let its servers' daemons fetch their configurations. */
  'egg.sync': { eggId: number };
  /** Delete a server on its node after it is gone from the panel. */
  'server.delete_on_node': { serverUuid: string; nodeId: number };
  /** Nightly removal of what has served its time. */
  'panel.retention': Record<string, never>;
}

export type JobName = keyof PanelJobs;
