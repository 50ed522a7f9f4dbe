import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { badRequest, conflict, notFound } from '../../common/errors/panel-error.js';
import { isUniqueViolation, PrismaService } from '../../prisma/prisma.service.js';
import { AccountErasure } from '../../common/erasure/account-erasure.js';
import { SUCCESS } from '../dto/success.dto.js';
import type { SuccessResponse } from '../dto/success.dto.js';
import type { AddSshKeyDto, RenamedSshKeyResponse, SshKeyResponse } from './dto/ssh-keys.dto.js';
import { parseSshPublicKey, SSH_KEY_TYPES } from './ssh-public-key.js';

const MAXIMUM_KEYS = 25;
const SSH_KEY = { id: true, name: true, fingerprint: true, createdAt: true } as const;
const missing = () => notFound('SSH key not found', 'ssh_keys.not_found');

/** The public keys that an account may use for SFTP. */
@Injectable()
export class SshKeys implements OnModuleInit {
  constructor(
    private readonly prisma: PrismaService,
    private readonly erasure: AccountErasure,
  ) {}

  onModuleInit(): void {
    this.erasure.register('ssh-keys', async (tx, userId) => {
      await tx.sshKey.deleteMany({ where: { userId } });
    });
  }

  list({ userId }: UserPrincipal): Promise<SshKeyResponse[]> {
    return this.prisma.sshKey.findMany({ where: { userId }, orderBy: { id: 'asc' }, select: SSH_KEY });
  }

  /** @throws PanelError 400 for what is no acceptable key, 409 for a known one or too many. */
  async add({ userId }: UserPrincipal, { name, publicKey }: AddSshKeyDto): Promise<SshKeyResponse> {
    const key = parseSshPublicKey(publicKey);
    if (key === undefined) {
      const text = `Unsupported or damaged public key. Accepted types: ${SSH_KEY_TYPES.join(', ')}; RSA from 2048 bits.`;
      throw badRequest(text, 'ssh_keys.unsupported');
    }
    const data = { userId, name, publicKey: key.line, fingerprint: key.fingerprint };
    try {
      return await this.prisma.$transaction(async (tx) => {
        // Parallel additions take turns at the account's row, so that the number of keys holds.
        await tx.$queryRaw`SELECT "id" FROM "User" WHERE "id" = ${userId} FOR UPDATE`;
        if ((await tx.sshKey.count({ where: { userId } })) >= MAXIMUM_KEYS) {
          throw conflict(`At most ${MAXIMUM_KEYS} SSH keys per account. Delete one first.`, 'ssh_keys.too_many');
        }
        return tx.sshKey.create({ data, select: SSH_KEY });
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      throw conflict('This key is already registered on your account', 'ssh_keys.known');
    }
  }

  async rename({ userId }: UserPrincipal, id: number, name: string): Promise<RenamedSshKeyResponse> {
    const { count } = await this.prisma.sshKey.updateMany({ where: { id, userId }, data: { name } });
    if (count === 0) throw missing();
    return { success: true, key: { id, name } };
  }

  async delete({ userId }: UserPrincipal, id: number): Promise<SuccessResponse> {
    const { count } = await this.prisma.sshKey.deleteMany({ where: { id, userId } });
    if (count === 0) throw missing();
    return SUCCESS;
  }
}
