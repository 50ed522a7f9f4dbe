/** State of this process. */
export class HealthResponse {
  /** @example ok */
  status!: 'ok' | 'starting' | 'closing' | 'degraded';

  /** Whether the database answers; absent while all is well. */
  db?: boolean;
}
