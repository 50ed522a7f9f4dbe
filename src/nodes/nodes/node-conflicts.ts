import { badRequest, conflict } from '../../common/errors/panel-error.js';
import { isForeignKeyViolation, isUniqueViolation } from '../../prisma/prisma.service.js';

const TAKEN = [
  [/tokenDigest/, 'Another node has this token', 'nodes.token_taken'],
  [/\buuid\b|Node_uuid/, 'A node with this nodeId already exists', 'nodes.uuid_taken'],
] as const;

/** Runs a write and turns a violated unique column into a 409 that names it, an unknown location or organisation into a 400. */
export async function withClearConflicts<Result>(write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    const facts = JSON.stringify((error as { meta?: unknown }).meta ?? {});
    if (isForeignKeyViolation(error)) {
      throw facts.includes('location')
        ? badRequest('There is no such location', 'nodes.unknown_location')
        : badRequest('Organisation not found', 'organisations.not_found');
    }
    if (!isUniqueViolation(error)) throw error;
    const [, message, code] = TAKEN.find(([column]) => column.test(facts)) ?? [
      undefined,
      'A node with this name already exists',
      'nodes.name_taken',
    ];
    throw conflict(message, code);
  }
}
