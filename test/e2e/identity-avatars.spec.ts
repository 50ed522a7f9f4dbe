import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { FormData } from 'undici';
import { createAdmin, createApiKey, createStaff, createUser, openSession } from '../support/factories.js';
import type { TestUser } from '../support/factories.js';
import { formOf } from '../support/forms.js';
import type { HttpClient } from '../support/http.js';
import { startPanel } from '../support/panel.js';
import type { TestPanel } from '../support/panel.js';
import { animation, photo, png, pngBomb } from '../support/pictures.js';

interface Uploaded {
  success: boolean;
  url: string;
  error?: string;
  code?: string;
}

let panel: TestPanel;
beforeAll(async () => {
  panel = await startPanel();
});
afterAll(() => panel.close());

const as = async (user: Pick<TestUser, 'id'>): Promise<HttpClient> => panel.as(await openSession(panel, user));
const upload = (client: HttpClient, file: Uint8Array, id: number | string = 'me', filename = 'me.png') =>
  client.post<Uploaded>(`/api/users/${id}/avatar`, formOf({ file }, { filename }));
const pathOf = (url: string): string => new URL(url).pathname;
const bytesAt = async (url: string): Promise<Buffer> =>
  Buffer.from(await (await fetch(`${panel.url}${pathOf(url)}`)).arrayBuffer());

describe('an avatar', () => {
  it('is shown to everybody at an address that the session tells at once', async () => {
    const user = await createUser(panel);
    const client = await as(user);
    const { status, body } = await upload(client, await photo());
    expect([status, body.success]).toEqual([200, true]);
    expect(body.url).toMatch(
      new RegExp(`^${panel.config.panelUrl}/uploads/avatar_user_${user.id}_[0-9a-f]{16}\\.webp$`),
    );
    const session = await client.get<{ user: { avatarUrl: string } }>('/api/auth/session');
    expect(session.body.user.avatarUrl).toBe(body.url);
    const picture = await sharp(await bytesAt(body.url)).metadata();
    expect([picture.format, picture.width, picture.height]).toEqual(['webp', 256, 256]);
  });

  it('says nothing but the picture: no EXIF, no place', async () => {
    const { body } = await upload(await as(await createUser(panel)), await photo());
    const bytes = await bytesAt(body.url);
    expect(bytes.toString('latin1')).not.toContain('planted-marker');
    expect((await sharp(bytes).metadata()).exif).toBeUndefined();
  });

  it('may move', async () => {
    const { body } = await upload(await as(await createUser(panel)), await animation(4, 'gif'));
    expect((await sharp(await bytesAt(body.url)).metadata()).pages).toBe(4);
  });

  it('is served so that browsers keep it and run nothing', async () => {
    const { body } = await upload(await as(await createUser(panel)), await png());
    const { headers } = await panel.http.get(pathOf(body.url));
    expect(headers).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
    });
    expect(headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/);
    const again = await panel.http.get(pathOf(body.url), { headers: { 'if-none-match': String(headers['etag']) } });
    expect([again.status, again.text]).toEqual([304, '']);
    const other = await panel.http.get(pathOf(body.url), { headers: { 'if-none-match': '"another"' } });
    expect(other.status).toBe(200);
  });

  it('can be asked for without its content', async () => {
    const { body } = await upload(await as(await createUser(panel)), await png());
    const { status, headers, text } = await panel.http.request('HEAD', pathOf(body.url));
    expect([status, headers['content-type'], text]).toEqual([200, 'image/webp', '']);
  });

  it('is one query to show, and none for who asks', async () => {
    const { body } = await upload(await as(await createUser(panel)), await png());
    await panel.http.get(pathOf(body.url));
    const before = panel.database.statements;
    await panel.http.get(pathOf(body.url), { headers: { cookie: 'token=x' } });
    expect(panel.database.statements - before).toBeLessThanOrEqual(1);
  });

  it('replaces the one before, whose address is gone', async () => {
    const client = await as(await createUser(panel));
    const first = await upload(client, await png());
    const second = await upload(client, await png(8, 8, 'red'));
    expect(second.body.url).not.toBe(first.body.url);
    expect((await panel.http.get(pathOf(first.body.url))).status).toBe(404);
    expect((await panel.http.get(pathOf(second.body.url))).status).toBe(200);
  });

  it('can be removed, also when there is none', async () => {
    const client = await as(await createUser(panel));
    const { body } = await upload(client, await png());
    for (const _again of [1, 2]) expect((await client.delete('/api/users/me/avatar')).status).toBe(200);
    expect((await panel.http.get(pathOf(body.url))).status).toBe(404);
    const session = await client.get<{ user: { avatarUrl: string | null } }>('/api/auth/session');
    expect(session.body.user.avatarUrl).toBeNull();
  });

  it('is written to the log', async () => {
    const user = await createUser(panel);
    await upload(await as(user), await png());
    const where = { userId: user.id, action: 'update-avatar', targetId: String(user.id) };
    expect(await panel.prisma.activityEntry.count({ where })).toBe(1);
  });
});

describe('whose avatar one may set', () => {
  it('is that of others only with users:write, and not of the more privileged', async () => {
    const [user, admin] = [await createUser(panel), await createAdmin(panel)];
    const [stranger, staff] = [await as(await createUser(panel)), await as(await createStaff(panel, ['users:write']))];
    const picture = await png();
    expect((await upload(stranger, picture, user.id)).status).toBe(403);
    expect((await stranger.delete(`/api/users/${user.id}/avatar`)).status).toBe(403);
    expect((await upload(staff, picture, user.id)).status).toBe(200);
    expect((await upload(staff, picture, admin.id)).status).toBe(403);
    expect((await upload(staff, picture, 999_999)).status).toBe(404);
  });

  it("is one's own with a key only when the key may", async () => {
    const user = await createUser(panel);
    const [without, with_] = [
      await createApiKey(panel, user, { permissions: ['servers:read'] }),
      await createApiKey(panel, user, { permissions: ['users:write'] }),
    ];
    expect((await upload(panel.as(without), await png())).status).toBe(403);
    expect((await upload(panel.as(with_), await png())).status).toBe(200);
  });
});

describe('what is no avatar', () => {
  const refused = async (file: Uint8Array, filename?: string) => {
    const user = await createUser(panel);
    const answer = await upload(await as(user), file, 'me', filename);
    expect(await panel.prisma.avatar.count({ where: { userId: user.id } })).toBe(0);
    return answer;
  };

  it.each([
    ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['HTML named .png', '<!doctype html><script>alert(1)</script>'],
    ['a PDF', '%PDF-1.7\n'],
    ['a picture that begins and ends', '\x89PNG\r\n\x1a\n<script>'],
  ])('is refused: %s', async (_what, text) => {
    const { status, body } = await refused(Buffer.from(text, 'latin1'));
    expect([status, body.error]).toEqual([400, 'Invalid image type']);
  });

  it('is refused: a few kilobytes that unfold to gigabytes', async () => {
    const { status, body } = await refused(pngBomb(30_000, 30_000));
    expect([status, body.code]).toEqual([400, 'pictures.too_many_pixels']);
  });

  it('is refused: more than 5 MiB, whether the length is told or not', async () => {
    const large = Buffer.concat([await png(), Buffer.alloc(5 * 1_048_576)]);
    const { status, body } = await refused(large);
    expect([status, body.error]).toEqual([413, 'A file may have at most 5 MiB']);
    const client = await as(await createUser(panel));
    expect((await upload(client, Buffer.alloc(12 * 1_048_576))).status).toBe(413);
  });

  it('is refused: no file, an empty file, JSON, an empty body', async () => {
    const client = await as(await createUser(panel));
    const bodies = [formOf({ note: 'none' }), formOf({ file: Buffer.alloc(0) }), { file: 'x' }, undefined];
    for (const body of bodies) {
      const answer = await client.post<Uploaded>('/api/users/me/avatar', body);
      expect([answer.status, answer.body.error]).toEqual([400, 'No file']);
    }
  });

  it('is refused: several files, other fields with files, a hundred files', async () => {
    const client = await as(await createUser(panel));
    const picture = new File([new Uint8Array(await png())], 'a.png', { type: 'image/png' });
    for (const names of [['file', 'file'], ['other'], Array.from({ length: 100 }, (_, index) => `file${index}`)]) {
      const form = new FormData();
      for (const name of names) form.append(name, picture);
      expect((await client.post('/api/users/me/avatar', form)).status).toBe(400);
    }
  });
});

describe('the number of uploads', () => {
  it('is four in two minutes for one account', async () => {
    const strict = await startPanel({ env: { AVATAR_RATE_USER: '4' } });
    try {
      const client = strict.as(await openSession(strict, await createUser(strict)));
      const form = async () => formOf({ file: await png() });
      const statuses: number[] = [];
      for (let index = 0; index < 5; index++) {
        statuses.push((await client.post('/api/users/me/avatar', await form())).status);
      }
      expect(statuses).toEqual([200, 200, 200, 200, 429]);
    } finally {
      await strict.close();
    }
  });
});
