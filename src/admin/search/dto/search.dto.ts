import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional, IsString, MaxLength } from 'class-validator';

export class SearchQuery {
  /** A part of a name or address, an id, or the beginning of a uuid; empty: the first of everything. */
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))
  @IsString()
  @MaxLength(128)
  q = '';
}

export class FoundUser {
  id!: number;
  email!: string;
  firstName!: string;
  lastName!: string;

  @ApiProperty({ type: String, nullable: true })
  displayName!: string | null;

  @ApiProperty({ type: String, nullable: true })
  avatarUrl!: string | null;
}

export class FoundOrganisation {
  id!: number;
  name!: string;
  handle!: string;
  ownerId!: number;
}

export class FoundServer {
  uuid!: string;
  name!: string;
  nodeId!: number;
  nodeName!: string;

  /** The owner. */
  userId!: number;
}

export class FoundNode {
  id!: number;
  name!: string;

  @ApiProperty({ type: String, nullable: true })
  fqdn!: string | null;
}

export class FoundEgg {
  id!: number;
  name!: string;
}

/** What was found, at most twenty of each kind; kinds that the caller may not see are empty. */
export class SearchResponse {
  @ApiProperty({ type: [FoundUser] })
  users!: FoundUser[];

  @ApiProperty({ type: [FoundOrganisation] })
  organisations!: FoundOrganisation[];

  @ApiProperty({ type: [FoundServer] })
  servers!: FoundServer[];

  @ApiProperty({ type: [FoundNode] })
  nodes!: FoundNode[];

  @ApiProperty({ type: [FoundEgg] })
  eggs!: FoundEgg[];

  /** For clients that look for it: this panel keeps no orders, so nothing is ever found. */
  @ApiProperty({ type: [Object] })
  orders!: Record<string, unknown>[];
}
