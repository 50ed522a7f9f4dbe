import { Injectable } from '@nestjs/common';
import { PrismaClient } from '../generated/prisma/client.js';
import type { Prisma } from '../generated/prisma/client.js';
import { Database } from './database.js';

/** What queries run on: the client itself, or a transaction of it. */
export type Queryable = Prisma.TransactionClient;

/** Prisma's client on the panel's database. */
@Injectable()
export class PrismaService extends PrismaClient {
  constructor(database: Database) {
    super({
      adapter: database.adapterFactory,
      transactionOptions: { maxWait: 5_000, timeout: 15_000 },
    });
  }
}

/** Whether the error says that a unique constraint was violated (Prisma P2002). */
export function isUniqueViolation(error: unknown): boolean {
  return (error as { code?: string } | null)?.code === 'P2002';
}

/** Whether the error says that a row which something still refers to was to be deleted (Prisma P2003). */
export function isForeignKeyViolation(error: unknown): boolean {
  return (error as { code?: string } | null)?.code === 'P2003';
}

/** Whether the error says that the row to change or delete is not there (Prisma P2025). */
export function isNotFound(error: unknown): boolean {
  return (error as { code?: string } | null)?.code === 'P2025';
}
