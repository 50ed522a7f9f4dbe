import { ValidateBy } from 'class-validator';
import type { ValidationArguments } from 'class-validator';

interface Rule {
  readonly text: string;
  readonly holds: (password: string) => boolean;
}

/** The rules of contract auth-users ("Password rules"), in the order in which their texts are joined. */
const RULES: readonly Rule[] = [
  { text: 'Password must be at least 8 characters long.', holds: (password) => password.length >= 8 },
  { text: 'Password must be no more than 128 characters long.', holds: (password) => password.length <= 128 },
  { text: 'Password must contain at least one uppercase letter.', holds: (password) => /[A-Z]/.test(password) },
  { text: 'Password must contain at least one lowercase letter.', holds: (password) => /[a-z]/.test(password) },
  { text: 'Password must contain at least one number.', holds: (password) => /[0-9]/.test(password) },
  { text: 'Password must contain at least one symbol.', holds: (password) => /[^A-Za-z0-9]/.test(password) },
];

/** What is wrong with a password: the texts of all rules that it breaks, joined by a space; undefined when it is good. */
export function passwordProblem(password: string): string | undefined {
  const broken = RULES.filter((rule) => !rule.holds(password));
  return broken.length === 0 ? undefined : broken.map((rule) => rule.text).join(' ');
}

/** The property holds an acceptable password; `missing` is the text when there is none. */
export const IsAcceptablePassword = (missing = 'Password is required.'): PropertyDecorator =>
  ValidateBy({
    name: 'isAcceptablePassword',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && passwordProblem(value) === undefined,
      defaultMessage: (args?: ValidationArguments) => {
        const value: unknown = args?.value;
        return (typeof value === 'string' && value !== '' ? passwordProblem(value) : undefined) ?? missing;
      },
    },
  });
