import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt } from 'class-validator';
import { ServerObject, ServerPageMeta } from '../../../servers/configuration/dto/server-object.dto.js';

const DEFAULT_PER_PAGE = 50;
const MAXIMUM_PER_PAGE = 500;
const MAXIMUM_PAGE = 1_000_000;

/** A whole number from a query within bounds; a refused page would keep a daemon from booting at all. */
const within = (maximum: number, otherwise: number): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => {
    const number = typeof value === 'string' && value.trim() !== '' ? Math.trunc(Number(value)) : Number.NaN;
    return Number.isNaN(number) ? otherwise : Math.min(Math.max(number, 1), maximum);
  });

/** Which page a booting daemon wants. */
export class BootPageQuery {
  /** 1-based; 0 is the first page too (Wings in Go begins there). */
  @ApiProperty({ type: 'integer', required: false, default: 1, minimum: 0, maximum: MAXIMUM_PAGE })
  @within(MAXIMUM_PAGE, 1)
  @IsInt()
  page = 1;

  @ApiProperty({ type: 'integer', required: false, default: DEFAULT_PER_PAGE, minimum: 1, maximum: MAXIMUM_PER_PAGE })
  @within(MAXIMUM_PER_PAGE, DEFAULT_PER_PAGE)
  @IsInt()
  per_page = DEFAULT_PER_PAGE;
}

/** The same figures again in the form that older tools read. */
export class BootPagination {
  total!: number;
  /** Servers on this page. */
  count!: number;
  per_page!: number;
  current_page!: number;
  total_pages!: number;

  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } })
  links!: Record<string, string>;
}

export class BootPageMeta extends ServerPageMeta {
  pagination!: BootPagination;
}

/** A page of the servers on the calling node. */
export class BootPage {
  @ApiProperty({ type: [ServerObject] })
  data!: ServerObject[];

  meta!: BootPageMeta;
}
