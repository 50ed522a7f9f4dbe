import { registerDecorator } from 'class-validator';
import ipaddr from 'ipaddr.js';
import { dashedUuid } from '../../directory/node-ref.js';
import { portsOf } from '../../allocations/port-list.js';

/** A property decorator for a rule on texts, with the contract's own sentence. */
const textRule =
  (name: string, message: string, holds: (value: string) => boolean) => (): PropertyDecorator => (target, property) =>
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: String(property),
      options: { message },
      validator: { validate: (value: unknown) => typeof value === 'string' && holds(value) },
    });

export const IsNodeUuid = textRule(
  'isNodeUuid',
  'nodeId must be a 32-character UUID',
  (value) => dashedUuid(value) !== undefined,
);

export const IsIpv6Subnet = textRule('isIpv6Subnet', 'Invalid IPv6 subnet CIDR', (value) => {
  return value.length <= 43 && ipaddr.IPv6.isValidCIDR(value);
});

export const IsPortList = textRule(
  'isPortList',
  'ipv6ExcludedPorts must be a list of ports',
  (value) => value.length <= 4_000 && portsOf(value.split(/[\s,]+/).filter(Boolean)) !== undefined,
);

export const IsOrigin = textRule('isOrigin', 'allowedOrigin must be an http or https origin', (value) => {
  return /^https?:\/\/[^\s/?#@]{1,253}$/.test(value) && URL.canParse(value);
});

export const IsHostName = textRule('isHostName', 'fqdn must be a host name', (value) => {
  return value.length <= 253 && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(value);
});
