import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { containsText } from './containing.js';
import type { ContainsText } from './containing.js';

const DEFAULT_SIZE = 50;
const number = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? Number(value) : value);
const trimmed = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.trim() : value);

/** For lists that clients know as bare arrays: whole, unless the query says which part. */
export class ListSearchDto {
  /** Page, from 1; with it or `per` the list is paged. */
  @IsOptional()
  @Transform(number)
  @IsInt()
  @Min(1)
  @Max(100_000)
  page?: number;

  /** Rows a page; 50 unless given. */
  @IsOptional()
  @Transform(number)
  @IsInt()
  @Min(1)
  @Max(200)
  per?: number;

  /** Only what has this in its name, whatever its case. */
  @IsOptional()
  @Transform(trimmed)
  @IsString()
  @MaxLength(128)
  q?: string;

  @IsOptional()
  @IsIn(['asc', 'desc'])
  order: 'asc' | 'desc' = 'asc';
}

/** The part of the rows that a query asks for. */
export function listWindow({ page, per }: ListSearchDto): { skip?: number; take?: number } {
  if (page === undefined && per === undefined) return {};
  const take = per ?? DEFAULT_SIZE;
  return { skip: ((page ?? 1) - 1) * take, take };
}

/** The condition for a text somewhere; undefined when nothing is looked for. */
export function nameContains({ q }: ListSearchDto): ContainsText | undefined {
  return q === undefined || q === '' ? undefined : containsText(q);
}
