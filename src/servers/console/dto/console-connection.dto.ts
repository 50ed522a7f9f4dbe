/** How to open the console of a server. */
export class ConsoleConnection {
  /**
   * For the daemon: sent as the first frame (`auth`) on `direct_socket`. Lives 600 s.
   * @example "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2lnbmF0dXJl"
   */
  token!: string;

  /**
   * Console through the panel, with a ticket that opens it once within 60 s.
   * @example "wss://panel.example.com/api/servers/5c0bd72f-4f4b-4f0b-9b0e-0a3f0a6f2f11/ws/proxy?token=ct_2jYw"
   */
  socket!: string;

  /**
   * Console of the daemon itself; empty when browsers cannot reach it.
   * @example "wss://node1.example.com:8080/api/servers/5c0bd72f-4f4b-4f0b-9b0e-0a3f0a6f2f11/ws"
   */
  direct_socket!: string;

  /** Whether to try `direct_socket` first. */
  direct!: boolean;
}

export class ConsoleConnectionResponse {
  data!: ConsoleConnection;
}
