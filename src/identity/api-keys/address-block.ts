import { ValidateBy } from 'class-validator';
import type { ValidationOptions } from 'class-validator';
import ipaddr from 'ipaddr.js';

/** The property holds an IP address or a CIDR block, IPv4 or IPv6. */
export const IsAddressBlock = (options: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isAddressBlock',
      validator: {
        validate: (value) => typeof value === 'string' && value.length <= 49 && (isAddress(value) || isBlock(value)),
        defaultMessage: () => 'allowedIps must hold IP addresses or blocks like 203.0.113.0/24',
      },
    },
    options,
  );

const isBlock = (value: string): boolean => ipaddr.isValidCIDR(value) && isAddress(value.slice(0, value.indexOf('/')));

/** Short forms (`127.1`, octal) mean different things to different programs: not here. */
const isAddress = (value: string): boolean => ipaddr.IPv6.isValid(value) || ipaddr.IPv4.isValidFourPartDecimal(value);
