/** Who changes something, for the audit log. */
export interface Actor {
  readonly userId: number;
  readonly ip: string;
}
