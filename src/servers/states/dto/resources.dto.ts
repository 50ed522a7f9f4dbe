/** Bytes since the server was started. */
export class NetworkUsage {
  /** @example 1048576 */
  rx_bytes!: number;
  /** @example 524288 */
  tx_bytes!: number;
}

/** What a server uses, as its node last told. */
export class ServerResources {
  /** @example 536870912 */
  memory_bytes!: number;
  /** @example 1073741824 */
  memory_limit_bytes!: number;
  /** @example 2147483648 */
  disk_bytes!: number;
  /** Percent of one thread. @example 12.5 */
  cpu_absolute!: number;
  /** Milliseconds. @example 3600000 */
  uptime!: number;
  /** @example 'running' */
  state!: string;
  network!: NetworkUsage;
}
