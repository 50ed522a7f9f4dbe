import { ApiProperty } from '@nestjs/swagger';

export const AUDIT_PROBLEMS = [
  ...(['entry_changed', 'entry_missing', 'link_changed', 'link_missing'] as const),
  ...(['end_missing', 'head_forged', 'checkpoint_forged'] as const),
];

/** Something that does not fit the chain. */
export class AuditProblem {
  @ApiProperty({ enum: AUDIT_PROBLEMS })
  kind!: (typeof AUDIT_PROBLEMS)[number];

  /** Number of the link. */
  seq!: number;

  /** The entry of the log; null where no single one is concerned. */
  @ApiProperty({ type: Number, nullable: true })
  entryId!: number | null;
}

/** Where the chain ends: note it elsewhere to notice also when the whole database is set back. */
export class AuditHeadResponse {
  seq!: number;

  /** SHA-256, hex. */
  hash!: string;
}

/** Result of a verification of the activity log. */
export class AuditVerificationResponse {
  /** Whether nothing was changed or removed since it was chained. */
  intact!: boolean;

  /** Links that were compared. */
  checked!: number;

  /** Entries of which an erased account took the address or the details with it. */
  erased!: number;

  /** Entries that retention has removed, whose links are still needed. */
  expired!: number;

  /** Number of the first link that is kept. */
  from!: number;

  head!: AuditHeadResponse;

  /** The first hundred. */
  @ApiProperty({ type: [AuditProblem] })
  problems!: AuditProblem[];
}
