import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { Sealer } from '../../src/common/crypto/sealer.js';
import { PanelSettings } from '../../src/common/settings/panel-settings.js';
import { digitsHeardIn } from '../support/captcha-reader.js';
import { PASSWORD, unique } from '../support/factories.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';

let panel: TestPanel;
beforeAll(async () => {
  panel = await startPanel();
});
afterAll(() => panel.close());
afterEach(() => set({ captcha: false, captchaInvisible: false }));

const set = (featureToggles: Record<string, boolean>) => panel.app.get(PanelSettings).update({ featureToggles });

const register = (proof: object) =>
  panel.http.post('/api/users/register', {
    email: `${unique()}@example.test`,
    password: PASSWORD,
    firstName: 'Ada',
    lastName: 'Lovelace',
    ...proof,
  });

/** A picture and what it asks, which only the database knows. */
async function picture(): Promise<{ captchaToken: string; answer: string }> {
  await panel.prisma.challenge.deleteMany();
  const { body } = await panel.http.get<{ token: string }>('/api/auth/captcha');
  const { sealed } = await panel.prisma.challenge.findFirstOrThrow();
  const { answer } = JSON.parse(panel.app.get(Sealer).open(sealed ?? '', 'challenge:captcha')) as { answer: string };
  return { captchaToken: body.token, answer };
}

async function patience(ageMs: number): Promise<{ invisibleCaptchaToken: string }> {
  await panel.prisma.challenge.deleteMany();
  const { body } = await panel.http.get<{ token: string }>('/api/auth/captcha/invisible');
  await panel.prisma.challenge.updateMany({ data: { createdAt: new Date(Date.now() - ageMs) } });
  return { invisibleCaptchaToken: body.token };
}

const refused = (error: string) => ({ status: 400, body: { error, code: 'captcha.refused' } });

describe('a captcha', () => {
  it('is a picture of pixels, another each time, and a token that says nothing', async () => {
    await set({ captcha: true });
    const [one, other] = await Promise.all(
      [0, 1].map(() => panel.http.get<{ token: string; image: string; audio: string }>('/api/auth/captcha')),
    );
    expect(one?.body).toEqual({ token: expect.stringMatching(/^[0-9a-f]{64}$/), image: expect.any(String), audio: '' });
    expect(one?.body.image).not.toBe(other?.body.image);
    const png = Buffer.from(one?.body.image.replace('data:image/png;base64,', '') ?? '', 'base64');
    expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width: 220, height: 90 });
    const { entropy } = await sharp(png).stats();
    expect(entropy).toBeGreaterThan(0.5);
    expect(png.toString('latin1')).not.toMatch(/svg|tEXt|iTXt/);
  });

  it('can be heard instead', async () => {
    await set({ captcha: true });
    const { body } = await panel.http.get<{ token: string; audio: string }>('/api/auth/captcha/audio');
    const captchaAnswer = digitsHeardIn(body.audio);
    expect(captchaAnswer).toMatch(/^[1-6]{3}$/);
    expect((await register({ captchaToken: body.token, captchaAnswer })).status).toBe(200);
  });

  it('is not there while it is switched off', async () => {
    for (const path of ['captcha', 'captcha/audio', 'captcha/invisible']) {
      expect((await panel.http.get(`/api/auth/${path}`)).status).toBe(503);
    }
  });

  it('is limited to thirty a minute for an address', async () => {
    const limited = await startPanel({ env: { CAPTCHA_RATE_IP: '2' } });
    try {
      await limited.app.get(PanelSettings).update({ featureToggles: { captcha: true } });
      const statuses = [];
      for (let time = 0; time < 3; time++) statuses.push((await limited.http.get('/api/auth/captcha')).status);
      expect(statuses).toEqual([200, 200, 429]);
    } finally {
      await limited.close();
    }
  });
});

describe('registration with a captcha', () => {
  it('needs the right answer, once, in time', async () => {
    await set({ captcha: true });
    expect(await register({})).toMatchObject(refused('captchaAnswer: is required'));
    expect(await register({ captchaToken: '', captchaAnswer: '' })).toMatchObject(
      refused('captchaAnswer: is required'),
    );
    const { captchaToken, answer } = await picture();
    expect((await register({ captchaToken, captchaAnswer: ` ${answer} ` })).status).toBe(200);
    const late = refused('captchaAnswer: is too late, ask for a new challenge');
    expect(await register({ captchaToken, captchaAnswer: answer })).toMatchObject(late);
    const old = await picture();
    await panel.prisma.challenge.updateMany({ data: { expiresAt: new Date() } });
    expect(await register({ captchaToken: old.captchaToken, captchaAnswer: old.answer })).toMatchObject(late);
  });

  it('gives one try: after a wrong answer the right one comes too late', async () => {
    await set({ captcha: true });
    const { captchaToken, answer } = await picture();
    const wrong = refused('captchaAnswer: is wrong, ask for a new challenge');
    expect(await register({ captchaToken, captchaAnswer: `${answer}1` })).toMatchObject(wrong);
    expect((await register({ captchaToken, captchaAnswer: answer })).status).toBe(400);
  });

  it('does not take the token of another kind', async () => {
    await set({ captcha: true, captchaInvisible: true });
    const { invisibleCaptchaToken } = await patience(5_000);
    expect((await register({ captchaToken: invisibleCaptchaToken, captchaAnswer: '1' })).status).toBe(400);
    const { captchaToken } = await picture();
    expect((await register({ invisibleCaptchaToken: captchaToken })).status).toBe(400);
  });

  it('measures the patience of a form itself', async () => {
    await set({ captchaInvisible: true });
    expect(await register({})).toMatchObject(refused('invisibleCaptchaToken: is required'));
    const soon = { ...(await patience(0)), invisibleCaptchaDelay: 60_000 };
    expect(await register(soon)).toMatchObject(refused('invisibleCaptchaToken: came too soon, try again'));
    const proof = await patience(2_000);
    expect((await register(proof)).status).toBe(200);
    expect((await register(proof)).status).toBe(400);
  });

  it('is content with the invisible one where both are switched on', async () => {
    await set({ captcha: true, captchaInvisible: true });
    expect((await register(await patience(2_000))).status).toBe(200);
    const { captchaToken, answer } = await picture();
    expect((await register({ captchaToken, captchaAnswer: answer })).status).toBe(200);
    expect((await register({})).status).toBe(400);
  });

  it('asks for nothing where both are switched off', async () => {
    expect((await register({ captchaToken: 'x', captchaAnswer: 'y' })).status).toBe(200);
  });
});
