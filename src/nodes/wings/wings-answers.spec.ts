import { expect, it } from '@jest/globals';
import { parseLog, parseServers, parseSystem, parseTransfers } from './wings-answers.js';

const uuid = crypto.randomUUID();

it('reads a server as both families send it, and takes missing figures for nothing', () => {
  const utilization = {
    memory_bytes: 5,
    cpu_absolute: 1.5,
    network: { rx_bytes: 1, tx_bytes: 2 },
    state: 'running',
    uptime: -3,
  };
  const configuration = { uuid: uuid.replaceAll('-', '').toUpperCase() };
  expect(parseServers([{ state: 'running', is_suspended: true, utilization, configuration }])).toEqual([
    {
      uuid,
      state: 'running',
      isSuspended: true,
      resources: {
        memory_bytes: 5,
        memory_limit_bytes: 0,
        disk_bytes: 0,
        network: { rx_bytes: 1, tx_bytes: 2 },
        cpu_absolute: 1.5,
        uptime: 0,
      },
    },
  ]);
});

it.each([
  null,
  {},
  'x',
  [null],
  [{}],
  [{ state: 'running', configuration: {} }],
  [{ state: 1, configuration: { uuid } }],
])('refuses the list %j', (value) => {
  expect(() => parseServers(value)).toThrow('cannot be understood');
});

it('reads the system facts and refuses what has no version', () => {
  const facts = { version: '1.11.13', architecture: 'amd64', cpu_count: 8, kernel_version: '6.1', os: 'linux' };
  const expected = { version: '1.11.13', architecture: 'amd64', cpuCount: 8, kernelVersion: '6.1', os: 'linux' };
  expect(parseSystem(facts)).toEqual(expected);
  for (const value of [null, [], {}, { version: 1 }]) expect(() => parseSystem(value)).toThrow('cannot be understood');
});

it('reads logs of both families', () => {
  expect(parseLog('application/json; charset=utf-8', '{"data":["a","b"]}')).toEqual(['a', 'b']);
  expect(parseLog('text/plain', 'a\nb\n')).toEqual(['a', 'b']);
  expect(() => parseLog('application/json', '{"data":[1]}')).toThrow('cannot be understood');
});

it('reads the progress of transfers, and leaves out what is none', () => {
  const progress = { archive_bytes_processed: 1, network_bytes_processed: 2, bytes_total: 3, files_processed: '4' };
  const answer = { [uuid.replaceAll('-', '').toUpperCase()]: progress, nonsense: progress, [crypto.randomUUID()]: 7 };
  expect([...parseTransfers(answer)]).toEqual([
    [uuid, { archiveBytesProcessed: 1, networkBytesProcessed: 2, bytesTotal: 3, filesProcessed: 0 }],
  ]);
  expect(() => parseTransfers([])).toThrow('cannot be understood');
});
