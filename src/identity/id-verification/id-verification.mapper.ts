import type { UserPrincipal } from '../../common/access/principal.js';
import { MINI_USER } from '../dto/mini-user.dto.js';
import type { MiniUserResponse } from '../dto/mini-user.dto.js';
import type {
  IdVerificationResponse,
  IdVerificationStatus,
  ListedIdVerificationResponse,
} from './dto/id-verification.dto.js';

/** The columns of a verification; the documents themselves are never read along. */
export const ID_VERIFICATION = {
  id: true,
  userId: true,
  status: true,
  provider: true,
  createdAt: true,
  verifiedAt: true,
  documents: { select: { name: true, kind: true } },
} as const;

export const LISTED_ID_VERIFICATION = { ...ID_VERIFICATION, user: { select: MINI_USER } } as const;

export interface IdVerificationRow {
  readonly id: number;
  readonly userId: number;
  readonly status: IdVerificationStatus;
  readonly provider: string;
  readonly createdAt: Date;
  readonly verifiedAt: Date | null;
  readonly documents: readonly { readonly name: string; readonly kind: 'idDocument' | 'selfie' }[];
}

/** Makes answers for one caller. */
export class IdVerificationMapper {
  private readonly showsDocuments: boolean;

  /** @param permission besides `id-docs:read`, without which an address would open nothing */
  constructor(
    private readonly panelUrl: string,
    caller: UserPrincipal,
    permission = 'id-docs:read',
  ) {
    this.showsDocuments = caller.can('id-docs:read') && caller.can(permission);
  }

  toResponse({
    documents,
    id,
    userId,
    status,
    provider,
    createdAt,
    verifiedAt,
  }: IdVerificationRow): IdVerificationResponse {
    const addressOf = (wanted: string): string | null => {
      const name = this.showsDocuments ? documents.find(({ kind }) => kind === wanted)?.name : undefined;
      return name === undefined ? null : `${this.panelUrl}/uploads/id-docs/${name}`;
    };
    const record = { id, userId, status, provider, createdAt, verifiedAt };
    return { ...record, idDocumentUrl: addressOf('idDocument'), selfieUrl: addressOf('selfie') };
  }

  toListed({ user, ...row }: IdVerificationRow & { readonly user: MiniUserResponse }): ListedIdVerificationResponse {
    return { ...this.toResponse(row), user };
  }
}
