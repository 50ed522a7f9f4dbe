import { toBase64Url } from './client-data.js';
import type { PasskeyResponse } from './dto/passkey-responses.dto.js';

export const PASSKEY = {
  id: true,
  name: true,
  credentialId: true,
  transports: true,
  createdAt: true,
  lastUsedAt: true,
} as const;

interface PasskeyRow {
  readonly id: number;
  readonly name: string;
  readonly credentialId: Uint8Array;
  readonly transports: readonly string[];
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

export function toPasskey({ credentialId, transports, ...row }: PasskeyRow): PasskeyResponse {
  return { ...row, credentialID: toBase64Url(credentialId), transports: transports.join(',') };
}
