import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { addMember, createOrganisation, createUser, openSession } from '../support/factories.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

let panel: TestPanel;
beforeAll(async () => {
  panel = await startPanel();
});
afterAll(() => panel.close());

it('of fifty keys that a member makes while he leaves none outlives the membership', async () => {
  const organisation = await createOrganisation(panel, await createUser(panel));
  const member = await createUser(panel);
  await addMember(panel, organisation, member);
  const client = panel.as(await openSession(panel, member));
  const body = { name: 'x', type: 'client', permissions: ['org:read'], organisationId: organisation.id };
  const create = () => client.post<{ apiKey?: string }>('/api/apikeys', body);
  const early = Array.from({ length: 25 }, create);
  const leave = client.post(`/api/organisations/${organisation.id}/leave`);
  const answers = await Promise.all([...early, ...Array.from({ length: 25 }, create)]);
  expect((await leave).status).toBe(200);
  expect(answers.map(({ status }) => status).filter((status) => ![200, 404, 409].includes(status))).toEqual([]);
  expect(await panel.prisma.apiKey.count({ where: { userId: member.id } })).toBe(0);
  for (const { body: made } of answers.filter(({ status }) => status === 200)) {
    const answer = await panel.as({ headers: { 'x-api-key': made.apiKey ?? '' } }).get('/api/apikeys/my');
    expect(answer.status).toBe(401);
  }
});
