import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsOptional } from 'class-validator';

const nullAsAbsent = ({ value }: { value: unknown }): unknown => (value === null ? undefined : value);

/** A field that may be missing; `null` counts as missing too, so that services meet only values and `undefined`. */
export const OptionalField = (): PropertyDecorator => applyDecorators(IsOptional(), Transform(nullAsAbsent));
