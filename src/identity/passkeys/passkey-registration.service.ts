import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import { generateRegistrationOptions, verifyRegistrationResponse } from '@simplewebauthn/server';
import type { VerifiedRegistrationResponse } from '@simplewebauthn/server';
import type { UserPrincipal } from '../../common/access/principal.js';
import { badRequest, conflict } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import { isUniqueViolation, PrismaService } from '../../prisma/prisma.service.js';
import { Challenges } from '../challenges/challenges.service.js';
import { Identities } from '../principals/identities.js';
import { SignInMethods } from '../sign-in/sign-in-methods.service.js';
import { challengeOf, fromBase64Url, toBase64Url, userHandleOf } from './client-data.js';
import type {
  PasskeyNameResponse,
  PasskeyRegistrationOptionsResponse,
  RegisteredPasskeyResponse,
} from './dto/passkey-responses.dto.js';
import type { RegisterPasskeyDto } from './dto/passkeys.dto.js';
import { RelyingParty } from './relying-party.js';

export const MAXIMUM_PASSKEYS = 25;
export const CHALLENGE_SECONDS = 300;

type Credential = NonNullable<VerifiedRegistrationResponse['registrationInfo']>['credential'];

/** Adds passkeys to accounts. */
@Injectable()
export class PasskeyRegistration {
  constructor(
    private readonly prisma: PrismaService,
    private readonly challenges: Challenges,
    private readonly relyingParty: RelyingParty,
    private readonly identities: Identities,
    private readonly methods: SignInMethods,
    private readonly bus: EventBus,
  ) {}

  /** What the browser asks the authenticator for. */
  async challenge(
    { userId }: UserPrincipal,
    headers: IncomingHttpHeaders,
  ): Promise<PasskeyRegistrationOptionsResponse> {
    const [{ profile }, known] = await Promise.all([
      this.identities.account(userId),
      this.prisma.passkey.findMany({ where: { userId }, select: { credentialId: true, transports: true } }),
    ]);
    const options = await generateRegistrationOptions({
      rpName: this.relyingParty.name,
      rpID: this.relyingParty.idFor(headers),
      userID: userHandleOf(userId),
      userName: profile.email,
      userDisplayName: profile.displayName ?? `${profile.firstName} ${profile.lastName}`,
      timeout: CHALLENGE_SECONDS * 1000,
      attestationType: 'none',
      // A passkey signs in alone, so one that cannot tell its owner from a finder would be of no use.
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
      excludeCredentials: known.map(({ credentialId, transports }) => ({ id: toBase64Url(credentialId), transports })),
    });
    const lifetimeSeconds = CHALLENGE_SECONDS;
    await this.challenges.issueOnly('passkey_registration', options.challenge, { userId, lifetimeSeconds });
    return options;
  }

  /** @throws PanelError 400 without a challenge or for what does not verify, 409 for a known one or too many. */
  async register(
    { userId }: UserPrincipal,
    { attestationResponse }: RegisterPasskeyDto,
    ip: string,
  ): Promise<RegisteredPasskeyResponse> {
    const challenge = challengeOf(attestationResponse.response.clientDataJSON);
    const issued = challenge === undefined ? undefined : await this.challenges.take('passkey_registration', challenge);
    if (challenge === undefined || issued?.userId !== userId) {
      throw badRequest('No challenge', 'passkeys.no_challenge');
    }
    const credential = await this.verified(attestationResponse, challenge);
    const transports = attestationResponse.response.transports ?? [];
    const passkey = await this.store(userId, credential, transports.length > 0 ? transports : ['internal'], ip);
    this.bus.publish('user.changed', { userId });
    return { verified: true, passkey };
  }

  private async verified(
    response: RegisterPasskeyDto['attestationResponse'],
    expectedChallenge: string,
  ): Promise<Credential> {
    const { registrationInfo } = await verifyRegistrationResponse({
      response: { ...response, clientExtensionResults: {} },
      expectedChallenge,
      expectedOrigin: this.relyingParty.origins,
      expectedRPID: this.relyingParty.ids,
      requireUserVerification: true,
    }).catch(() => ({ registrationInfo: undefined }));
    if (registrationInfo === undefined) {
      throw badRequest('The passkey could not be verified', 'passkeys.not_verified');
    }
    return registrationInfo.credential;
  }

  private async store(
    userId: number,
    { id, publicKey, counter }: Credential,
    transports: string[],
    ip: string,
  ): Promise<PasskeyNameResponse> {
    const credentialId = fromBase64Url(id);
    try {
      return await this.prisma.$transaction(async (tx) => {
        const owner = await this.methods.lock(tx, userId);
        const count = await tx.passkey.count({ where: { userId } });
        if (count >= MAXIMUM_PASSKEYS) {
          throw conflict(`At most ${MAXIMUM_PASSKEYS} passkeys per account. Delete one first.`, 'passkeys.too_many');
        }
        const name = `Passkey #${count + 1}`;
        const data = { userId, name, credentialId, publicKey: new Uint8Array(publicKey), counter, transports };
        const row = await tx.passkey.create({ data, select: { id: true } });
        await this.methods.tell(tx, owner, { change: 'passkey-added', targetId: row.id, label: name, ip });
        return { id: row.id, name };
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw conflict('This passkey is already registered', 'passkeys.known');
    }
  }
}
