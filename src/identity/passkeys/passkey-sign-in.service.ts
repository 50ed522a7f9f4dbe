import { createHmac } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { generateAuthenticationOptions, verifyAuthenticationResponse } from '@simplewebauthn/server';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest, unauthorized } from '../../common/errors/panel-error.js';
import { addressBucket } from '../../common/net/client-ip.js';
import { RateLimits } from '../../common/throttling/rate-limits.js';
import { Config } from '../../config/config.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { Challenges } from '../challenges/challenges.service.js';
import { Identities } from '../principals/identities.js';
import type { LoginResponse } from '../sign-in/dto/sign-in.dto.js';
import { SignIn } from '../sign-in/sign-in.service.js';
import type { ProvedAccount, SignInClient } from '../sign-in/sign-in.service.js';
import { challengeOf, fromBase64Url, toBase64Url, userIdOfHandle } from './client-data.js';
import type { PasskeySignInOptionsResponse } from './dto/passkey-responses.dto.js';
import type { PasskeySignInDto } from './dto/passkeys.dto.js';
import { CHALLENGE_SECONDS } from './passkey-registration.service.js';
import { RelyingParty } from './relying-party.js';

const DECOY_BYTES = 20;

type Assertion = PasskeySignInDto['authenticationResponse'];

/** Signs people in by passkey. It proves possession and, by PIN or finger, the person: no second factor is asked. */
@Injectable()
export class PasskeySignIn {
  constructor(
    private readonly prisma: PrismaService,
    private readonly challenges: Challenges,
    private readonly relyingParty: RelyingParty,
    private readonly identities: Identities,
    private readonly signIn: SignIn,
    private readonly limits: RateLimits,
    private readonly audit: AuditLog,
    private readonly config: Config,
  ) {}

  /**
   * What the browser asks the authenticator for. With an address its passkeys are named; an address without any, known
   * or not, gets one that nobody has, always the same, so that the answer tells nothing.
   */
  async challenge(
    email: string | undefined,
    { headers }: Pick<SignInClient, 'headers'>,
  ): Promise<PasskeySignInOptionsResponse> {
    const owner = email === undefined ? undefined : await this.owner(email);
    const known = owner?.passkeys.map((key) => ({ id: toBase64Url(key.credentialId), transports: key.transports }));
    const allowed = known === undefined || known.length === 0 ? this.decoy(email) : known;
    const options = await generateAuthenticationOptions({
      rpID: this.relyingParty.idFor(headers),
      timeout: CHALLENGE_SECONDS * 1000,
      userVerification: 'required',
      ...(email !== undefined && { allowCredentials: allowed }),
    });
    // Not only the newest per account: a stranger could keep the owner from signing in by asking for another.
    const lifetimeSeconds = CHALLENGE_SECONDS;
    await this.challenges.issue('passkey_sign_in', options.challenge, { userId: owner?.id, lifetimeSeconds });
    return options;
  }

  /** @throws PanelError 400 without a challenge, 401 for whatever does not fit, 403 when suspended, 429. */
  async authenticate(
    { email, authenticationResponse }: PasskeySignInDto,
    client: SignInClient,
  ): Promise<LoginResponse> {
    const { clientDataJSON, userHandle } = authenticationResponse.response;
    const challenge = challengeOf(clientDataJSON);
    // Used up before anything is looked at: an answer that was overheard is of no use, right or wrong.
    const issued = challenge === undefined ? undefined : await this.challenges.take('passkey_sign_in', challenge);
    if (challenge === undefined || issued === undefined) throw badRequest('No challenge', 'passkeys.no_challenge');
    const named = userIdOfHandle(userHandle);
    const userId = email === undefined ? named : (await this.owner(email))?.id;
    await this.countTry(email ?? `#${named ?? ''}`, client.ip);
    const isHis = [issued.userId ?? userId, named ?? userId].every((id) => id === userId);
    const proved = userId !== undefined && isHis && (await this.proved(userId, authenticationResponse, challenge));
    if (!proved) return this.refuse(userId, client);
    return this.signIn.complete(proved, 'passkey', client, 'login_passkey');
  }

  private owner(email: string) {
    return this.prisma.user.findUnique({
      where: { email },
      select: { id: true, passkeys: { select: { credentialId: true, transports: true }, orderBy: { id: 'asc' } } },
    });
  }

  private decoy(email = '') {
    const mac = createHmac('sha256', this.config.secrets.jwt).update(`passkey-decoy:${email}`).digest();
    return [{ id: toBase64Url(mac.subarray(0, DECOY_BYTES)), transports: ['internal', 'hybrid'] }];
  }

  /** Per account and address, so that nobody locks the owner out. */
  private async countTry(claimed: string, ip: string): Promise<void> {
    for (const { limit, windowSeconds } of this.limits.of('passkeyAccount')) {
      await this.limits.consume(`passkeyAccount:${claimed}@${addressBucket(ip)}`, limit, windowSeconds);
    }
  }

  /** The account, when the assertion is by a passkey of its own, for our page, and newer than the last. */
  private async proved(
    userId: number,
    response: Assertion,
    expectedChallenge: string,
  ): Promise<ProvedAccount | undefined> {
    const credentialId = fromBase64Url(response.id);
    const passkey = await this.prisma.passkey.findFirst({
      where: { credentialId, userId },
      select: { id: true, publicKey: true, counter: true, user: { select: { sessionGeneration: true } } },
    });
    if (passkey === null) return undefined;
    const { id, publicKey, counter } = passkey;
    const { authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...response, clientExtensionResults: {} },
      expectedChallenge,
      expectedOrigin: this.relyingParty.origins,
      expectedRPID: this.relyingParty.ids,
      requireUserVerification: true,
      credential: { id: response.id, publicKey, counter: Number(counter) },
    })
      .then((result) => (result.verified ? result : { authenticationInfo: undefined }))
      .catch(() => ({ authenticationInfo: undefined }));
    if (authenticationInfo === undefined) return undefined;
    const isNewer = await this.advance(id, userId, authenticationInfo.newCounter);
    const identity = isNewer ? await this.identities.find(userId) : undefined;
    return identity && { account: identity.account, generation: passkey.user.sessionGeneration };
  }

  /**
   * Notes the counter, in one statement with the comparison: of two copies of an authenticator one is behind. Those
   * that do not count say 0 for ever.
   */
  private async advance(id: number, userId: number, counter: number): Promise<boolean> {
    const { count } = await this.prisma.passkey.updateMany({
      where: { id, userId, OR: [{ counter: { lt: counter } }, { counter: counter === 0 ? 0 : -1 }] },
      data: { counter, lastUsedAt: new Date() },
    });
    return count > 0;
  }

  private async refuse(userId: number | undefined, { ip }: SignInClient): Promise<never> {
    const entry = { action: 'login_failed', ipAddress: ip, metadata: { method: 'passkey' } };
    await this.audit.record({ userId: userId ?? null, ...entry });
    throw unauthorized('Authentication failed', 'passkeys.refused');
  }
}
