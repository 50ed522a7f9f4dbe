/** Everything that one part of the panel tells the others at once, on every replica. Payloads are JSON. */
export interface PanelEvents {
  /** A setting or feature flag changed. */
  'settings.changed': Record<string, never>;
  /** Role, permissions, suspension, profile or any other property that is kept with the user's sessions. */
  'user.changed': { userId: number };
  /** A role or its permissions changed: everybody's effective permissions may have. */
  'roles.changed': Record<string, never>;
  /** Name, handle, portal or existence of an organisation. A change of its members comes as `user.changed` of each. */
  'organisation.changed': { organisationId: number };
  'session.revoked': { userId: number; sessionIds: string[] };
  'api_key.revoked': { userId: number; apiKeyId: number };
  /** Address, credential or existence of a node. */
  'node.changed': { nodeId: number };
  /** A command waits for a node's next heartbeat. */
  'node.command_queued': { nodeId: number };
  /** What several heartbeats together say of a node is something else now; `before` is null for the first time. */
  'node.state_changed': { nodeId: number; state: string; before: string | null };
  /** Newest heartbeats; `at` in Unix milliseconds. */
  'nodes.heartbeats': {
    states: { nodeId: number; status: 'ok' | 'timeout' | 'error'; responseMs: number | null; at: number }[];
  };
  /** A node that counted as unreachable has called: its next probe was brought forward. */
  'nodes.probe_wanted': Record<string, never>;
  /** Owner, subusers, suspension or existence of a server: who may do what with it. */
  'server.access_changed': { serverUuid: string };
  /** State that the node told (offline, starting, running, stopping). */
  'server.state_changed': { serverUuid: string; state: string };
  /** A daemon reported the end of an installation. */
  'server.installed': { serverUuid: string; successful: boolean };
  /** A transfer has brought a server to another node; `server.access_changed` is told too. */
  'server.moved': { serverUuid: string; fromNodeId: number; toNodeId: number };
  /** A rollout or an override of one changed. */
  'rollouts.changed': Record<string, never>;
  /** Somebody rated the panel, or a rating was removed. */
  'feedback.changed': Record<string, never>;
  /** A webhook was made, changed or deleted. */
  'webhooks.changed': Record<string, never>;
  /** The connection to the other replicas was away: messages may be missing. */
  'bus.reconnected': Record<string, never>;
}
