import jwt from 'jsonwebtoken';
import type { ViewerIdentity } from './viewer.js';

/**
 * Whether a node token names this viewer and his server. Its signature is the daemon's to check: here it only tells that
 * the client renewed itself and for whom, while the right comes from the panel's own records.
 */
export function isNodeTokenOf({ userUuid, serverUuid }: ViewerIdentity, token: string): boolean {
  const claims = claimsOf(token);
  if (claims === null || typeof claims === 'string') return false;
  const isCurrent = (claims.exp ?? 0) * 1000 > Date.now();
  return (
    isCurrent &&
    claims['scope'] === 'websocket' &&
    claims['user_uuid'] === userUuid &&
    claims['server_uuid'] === serverUuid
  );
}

/** `decode` throws for a token whose header promises JSON and whose payload is none. */
function claimsOf(token: string): ReturnType<typeof jwt.decode> {
  try {
    return jwt.decode(token);
  } catch {
    return null;
  }
}
