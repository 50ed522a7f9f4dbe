import { ValidateBy } from 'class-validator';

const NAME = /^[A-Z_][A-Z0-9_]{0,63}$/i;
const MAXIMUM_VARIABLES = 50;
const MAXIMUM_VALUE = 2_048;

/** Names of environment variables to texts. */
export const IsEnvironmentMap = (): PropertyDecorator =>
  ValidateBy({
    name: 'isEnvironmentMap',
    validator: {
      validate: (value: unknown) => typeof value === 'object' && value !== null && isEnvironmentMap(value),
      defaultMessage: () => `environment must map at most ${MAXIMUM_VARIABLES} variable names to texts`,
    },
  });

function isEnvironmentMap(value: object): boolean {
  const entries = Object.entries(value) as [string, unknown][];
  return (
    entries.length <= MAXIMUM_VARIABLES &&
    entries.every(([name, text]) => NAME.test(name) && typeof text === 'string' && text.length <= MAXIMUM_VALUE)
  );
}
