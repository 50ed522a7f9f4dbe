import { Transform } from 'class-transformer';

/**
 * A number of a query: clients send what they have, so one that makes no sense counts as absent, and one that is too
 * large as the largest.
 */
export const BoundedNumber = (fallback: number, minimum: number, maximum: number): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => {
    const number = typeof value === 'string' && value.trim() !== '' ? Math.trunc(Number(value)) : Number.NaN;
    return Number.isFinite(number) && number >= minimum ? Math.min(number, maximum) : fallback;
  });

/** A number of a body that forms send as text; an empty text means "not set". */
export const NumberOfForm = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }): unknown => {
    if (typeof value !== 'string') return value;
    const text = value.trim();
    if (text === '') return null;
    return /^-?\d{1,15}(\.\d{1,10})?$/.test(text) ? Number(text) : value;
  });
