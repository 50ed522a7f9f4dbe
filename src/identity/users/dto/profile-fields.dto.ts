import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsOptional, IsString, MaxLength } from 'class-validator';
import { IsDateOfBirth } from '../date-of-birth.js';

const trimmed = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value.trim() : value);
const emptyIsAbsent = ({ value }: { value: unknown }): unknown =>
  typeof value === 'string' && value.trim() === '' ? undefined : trimmed({ value });

const text = (maximum: number): PropertyDecorator =>
  applyDecorators(
    Transform(trimmed),
    IsString({ message: '$property must be text.' }),
    MaxLength(maximum, { message: '$property must be at most $constraint1 characters.' }),
  );

/** Text of at most so many characters around which blanks are cut. */
export const Text = (maxLength: number, example?: string): PropertyDecorator =>
  applyDecorators(text(maxLength), ApiProperty({ type: String, maxLength, ...(example !== undefined && { example }) }));

/** Optional text; the web client sends every field of its form, so an empty one counts as absent. */
export const OptionalText = (maxLength: number): PropertyDecorator =>
  applyDecorators(
    text(maxLength),
    Transform(emptyIsAbsent),
    IsOptional(),
    ApiPropertyOptional({ type: String, maxLength }),
  );

/** Optional text that an empty value clears. */
export const ClearableText = (maxLength: number): PropertyDecorator =>
  applyDecorators(text(maxLength), IsOptional(), ApiPropertyOptional({ type: String, maxLength }));

/** What a person may tell at registration besides the necessary. */
export class OptionalProfileDto {
  @OptionalText(64)
  middleName?: string;

  @OptionalText(64)
  displayName?: string;

  @OptionalText(32)
  title?: string;

  @OptionalText(32)
  gender?: string;

  @OptionalText(32)
  phone?: string;

  @OptionalText(256)
  address?: string;

  @OptionalText(256)
  address2?: string;

  @OptionalText(128)
  billingCompany?: string;

  @OptionalText(128)
  billingCity?: string;

  @OptionalText(64)
  billingState?: string;

  @OptionalText(20)
  billingZip?: string;

  @OptionalText(64)
  billingCountry?: string;

  /** `YYYY-MM-DD` */
  @ApiPropertyOptional({ type: String, format: 'date', example: '1990-12-31' })
  @Transform(emptyIsAbsent)
  @IsOptional()
  @IsDateOfBirth()
  dateOfBirth?: string;
}
