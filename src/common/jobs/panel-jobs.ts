/** An entry of the activity log as webhooks hear of it. */
export interface WebhookEvent {
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly userId: number | null;
  readonly action: string;
  readonly targetType: string | null;
  readonly targetId: string | null;
  readonly metadata: object | null;
}

/** Work that must happen, exactly once among replicas, also after a crash: name to the data it needs. */
export interface PanelJobs {
  /** Send one mail of the outbox. */
  'mail.deliver': { mailId: number };
  /** Somebody asked to reset the password of an address, which may or may not be known. */
  'identity.password_reset': { email: string };
  /** Delete the accounts whose grace period is over. */
  'identity.account_deletions': Record<string, never>;
  /** Tell people whose accounts nobody uses that they will be deleted. */
  'identity.inactive_accounts': Record<string, never>;
  /** End the student status of those who proved it a year ago. */
  'identity.student_expiry': Record<string, never>;
  /** Close what an account has open on nodes: suspended, password changed, signed out everywhere. */
  'account.cut_off': { userId: number };
  /** Close what an account has open on servers that it was invited to until now. */
  'account.cut_off_servers': { userId: number; servers: { nodeId: number; uuid: string }[] };
  /** A daemon has restarted: bring its servers to what the panel knows. */
  'node.reconcile': { nodeId: number };
  /** The token of a node before its last rotation has served its time. */
  'node.token_expire': { nodeId: number };
  /** Let the daemon of a node fetch every configuration that changed. */
  'node.sync_servers': { nodeId: number };
  /** Go on with a restart of all servers of a node. */
  'node.reboot': { operationId: string };
  /** Take up operations on nodes whose process has died. */
  'node.operations_watch': Record<string, never>;
  /** Note what running servers use, for the security overview. */
  'soc.sample': Record<string, never>;
  /** Remove heartbeats past the history that is shown. */
  'node.heartbeat_retention': Record<string, never>;
  /** Let the daemon fetch the configuration of a server again. */
  'server.sync': { serverUuid: string };
  /** An egg changed: let its servers' daemons fetch their configurations. */
  'egg.sync': { eggId: number };
  /** Delete a server on its node after it is gone from the panel. */
  'server.delete_on_node': { serverUuid: string; nodeId: number };
  /** A backup of which the daemon never told the end counts as failed. */
  'backup.expire': { backupUuid: string };
  /** Delete the backups of a node that are marked for it. */
  'backup.delete_on_node': { nodeId: number };
  /** Put the parts of an uploaded backup together. */
  'backup.complete_upload': { backupUuid: string };
  /** Take up uploaded backups whose completion was given up. */
  'backup.uploads_watch': Record<string, never>;
  /** Remove from a store what no backup is any more. */
  'backup.remove_leftovers': { configurationId: number };
  /** Try again where a store was away for long. */
  'backup.leftovers_watch': Record<string, never>;
  /** Do the next task of a run of a schedule. */
  'schedule.task': { runId: string; position: number };
  /** Give the source node of a transfer its order. */
  'transfer.begin': { transferId: number };
  /** A transfer has ended: call off what goes on, and start the server again where it is now. */
  'transfer.settle': { transferId: number };
  /** Give up transfers that are past their time. */
  'transfer.sweep': Record<string, never>;
  /** Start the next transfers of a drain. */
  'node.drain': { drainId: number };
  /** Let drains go on whose job was lost. */
  'node.drain_wake': Record<string, never>;
  /** Remove identity documents that were looked at long enough ago. */
  'identity.id_document_retention': Record<string, never>;
  /** Nightly removal of what has served its time. */
  'panel.retention': Record<string, never>;
  /** Daily removal of old and surplus notifications. */
  'identity.notification_retention': Record<string, never>;
  /** Write the archive of a data export. */
  'identity.data_export': { jobId: string };
  /** Remove archives whose time is over, and take up exports that were left behind. */
  'identity.export_upkeep': Record<string, never>;
  /** Chain the entries of the activity log that are new. */
  'audit.chain': Record<string, never>;
  /** Make the deliveries of an event to the webhooks that want it. */
  'webhook.fan_out': WebhookEvent;
  /** Send an event to a webhook. */
  'webhook.deliver': { deliveryId: string };
}

export type JobName = keyof PanelJobs;
