import { Transform } from 'class-transformer';
import { isUUID } from 'class-validator';
import { OptionalField } from '../../../common/validation/optional-field.js';

const MAXIMUM = 10_000;

const uuidsOf = ({ value }: { value: unknown }): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => isUUID(item)).slice(0, MAXIMUM) : [];

/** What arrived with a server. Nothing in it is refused: a refused report makes wings-rs undo the transfer. */
export class TransferSuccess {
  /** Uuids of backups that moved along; only wings-rs moves them. */
  @OptionalField()
  @Transform(uuidsOf)
  backups?: string[];
}
