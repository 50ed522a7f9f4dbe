import { Redis } from 'ioredis';

const redisUrl = process.env['TEST_REDIS_URL'];
/** Redis has 16 databases unless configured otherwise: each of two test processes takes turns on eight. */
const DATABASES_EACH = 8;
let used = 0;

/** The address of an emptied database of the test Redis; undefined when the run has none. */
export async function testRedisUrl(): Promise<string | undefined> {
  if (redisUrl === undefined) return undefined;
  const worker = (Number(process.env['JEST_WORKER_ID'] ?? '1') - 1) % 2;
  const url = new URL(redisUrl);
  url.pathname = `/${worker * DATABASES_EACH + (used++ % DATABASES_EACH)}`;
  const client = new Redis(url.toString());
  await client.flushdb();
  client.disconnect();
  return url.toString();
}
