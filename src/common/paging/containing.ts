/** A text as LIKE finds it: what it would read as a wildcard is taken literally. */
const literal = (text: string): string => text.replace(/[\\%_]/g, '\\$&');

/** The pattern of LIKE for a text anywhere. */
export const containing = (text: string): string => `%${literal(text)}%`;

/** Prisma's condition for a text anywhere, whatever its case: it passes wildcards on as they are. */
export interface ContainsText {
  readonly contains: string;
  readonly mode: 'insensitive';
}

export const containsText = (text: string): ContainsText => ({ contains: literal(text), mode: 'insensitive' });
