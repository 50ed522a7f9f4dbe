import { ValidateBy } from 'class-validator';
import type { ValidationArguments } from 'class-validator';
import ipaddr from 'ipaddr.js';

const list = (value: unknown): string[] =>
  typeof value === 'string'
    ? value
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean)
    : [];

const isHttpUrl = (value: unknown): boolean => {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const url = new URL(value);
  return ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '';
};

const check = (name: string, text: string, validate: (value: unknown) => boolean): PropertyDecorator =>
  ValidateBy({
    name,
    validator: { validate, defaultMessage: (args?: ValidationArguments) => `${args?.property ?? name} ${text}` },
  });

export const IsHttpUrl = (): PropertyDecorator =>
  check('isHttpUrl', 'must be an http or https address without credentials', isHttpUrl);

export const IsHttpUrlList = (): PropertyDecorator =>
  check('isHttpUrlList', 'must be http or https addresses, comma separated', (value) => list(value).every(isHttpUrl));

export const IsCidrList = (): PropertyDecorator =>
  check('isCidrList', 'must be CIDR blocks like 10.0.0.0/8, comma separated', (value) =>
    list(value).every((block) => ipaddr.isValidCIDR(block)),
  );

/** Absolute, below the root, without `..` and the like. */
export const IsFolderList = (): PropertyDecorator =>
  check('isFolderList', 'must be absolute folders like /srv/mounts, comma separated', (value) =>
    list(value).every((folder) => /^(\/(?!\.{1,2}(\/|$))[^/:\\]+)+$/.test(folder)),
  );
