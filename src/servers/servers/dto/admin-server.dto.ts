import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { SearchPageDto } from '../../../common/paging/search-page.dto.js';
import { ServerListItem } from './server.dto.js';

export const SERVER_SORTS = ['createdAt', 'name', 'memory', 'disk', 'cpu'] as const;

const number = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? Number(value) : value);
const flag = ({ value }: { value: unknown }): unknown =>
  value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : value;

/** Which servers to list: `q` is looked for in names of servers and nodes and in the owner's address, or begins a uuid. */
export class AdminServerQuery extends SearchPageDto {
  @IsOptional()
  @IsIn(SERVER_SORTS)
  sort: (typeof SERVER_SORTS)[number] = 'createdAt';

  @IsOptional()
  @Transform(number)
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  nodeId?: number;

  @IsOptional()
  @Transform(number)
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  userId?: number;

  @IsOptional()
  @Transform(number)
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  eggId?: number;

  /** Suspended or taken down. */
  @IsOptional()
  @Transform(flag)
  @IsBoolean()
  @ApiProperty({ type: Boolean, required: false })
  suspended?: boolean;
}

/** A server as staff sees it in a list. */
export class AdminServerItem extends ServerListItem {
  /** Address of the owner. */
  owner!: string;

  eggId!: number;

  ignoreAntiAbuse!: boolean;
}

export class AdminServerPage {
  @ApiProperty({ type: [AdminServerItem] })
  servers!: AdminServerItem[];

  /** Servers on all pages together. */
  total!: number;

  page!: number;

  per!: number;
}
