import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';

const DEFAULT_SIZE = 50;

/** Contract: a page that is no number or below 1 is the first one. */
const page = ({ value }: { value: unknown }): unknown => {
  const number = Math.trunc(Number(value));
  return Number.isFinite(number) && number >= 1 ? number : 1;
};
const number = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? Number(value) : value);
const trimmed = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.trim() : value);

/** A page of a searched list. `limit` and `search` are other names of `per` and `q`. */
export class SearchPageDto {
  /** Page, from 1. */
  @IsOptional()
  @Transform(page)
  @Max(100_000)
  page = 1;

  /** Rows a page; 50 unless given. */
  @IsOptional()
  @Transform(number)
  @IsInt()
  @Min(1)
  @Max(200)
  per?: number;

  @IsOptional()
  @Transform(number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit?: number;

  /** Only what contains this, whatever its case. */
  @IsOptional()
  @Transform(trimmed)
  @IsString()
  @MaxLength(128)
  q?: string;

  @IsOptional()
  @Transform(trimmed)
  @IsString()
  @MaxLength(128)
  search?: string;

  @IsOptional()
  @IsIn(['asc', 'desc'])
  order: 'asc' | 'desc' = 'asc';
}

/** What a query asks for, with what it left out. */
export interface PageRequest {
  readonly page: number;
  readonly per: number;
  readonly skip: number;
  /** Undefined: everything. */
  readonly term: string | undefined;
}

export function pageRequest({ page: wanted, per, limit, q, search }: SearchPageDto): PageRequest {
  const size = per ?? limit ?? DEFAULT_SIZE;
  return { page: wanted, per: size, skip: (wanted - 1) * size, term: q || search || undefined };
}

const UUID_LENGTH = 32;

/**
 * The first and the last UUID that begin with a text of hex digits (at least four, hyphens anywhere); undefined when no
 * UUID does. A range, because an index on UUIDs knows no LIKE.
 */
export function uuidRange(text: string): readonly [string, string] | undefined {
  const digits = text.replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{4,32}$/.test(digits)) return undefined;
  return [hyphened(digits.padEnd(UUID_LENGTH, '0')), hyphened(digits.padEnd(UUID_LENGTH, 'f'))];
}

const hyphened = (digits: string): string => digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
