import { ValidateBy } from 'class-validator';

const MAXIMUM_DEPTH = 10;

/** Whether the value is an object whose JSON is at most so long and not nested deeper than ten levels. */
function isBoundedObject(value: unknown, maximumBytes: number): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return isShallow(value, MAXIMUM_DEPTH) && Buffer.byteLength(JSON.stringify(value)) <= maximumBytes;
}

function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((child) => isShallow(child, levels - 1));
}

/** The property holds an object of bounded size and depth. */
export const IsBoundedObject = (maximumBytes: number): PropertyDecorator =>
  ValidateBy({
    name: 'isBoundedObject',
    validator: {
      validate: (value) => isBoundedObject(value, maximumBytes),
      defaultMessage: () => `$property must be an object of at most ${maximumBytes / 1024} KiB and ten levels`,
    },
  });
