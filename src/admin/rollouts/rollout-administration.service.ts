import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest, notFound } from '../../common/errors/panel-error.js';
import { EventBus } from '../../common/events/event-bus.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { SUCCESS } from '../../identity/dto/success.dto.js';
import type { SuccessResponse } from '../../identity/dto/success.dto.js';
import { isForeignKeyViolation, isUniqueViolation, PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import type {
  CreateRolloutDto,
  RolloutOverrideDto,
  RolloutOverrideResponse,
  RolloutResponse,
  UpdateRolloutDto,
} from './dto/rollouts.dto.js';
import { OVERRIDE, ROLLOUT, toRollout } from './rollout.mapper.js';

const LAST_BUCKET = 9_999;
const MAXIMUM_LISTED = 500;

/** Who changes rollouts. */
export interface RolloutAuthor {
  readonly userId: number;
  readonly ipAddress: string;
}

const missing = () => notFound('Rollout not found', 'rollouts.not_found');

/** Rollouts as staff makes and changes them; every change is in force when it is answered. */
@Injectable()
export class RolloutAdministration {
  constructor(
    private readonly prisma: PrismaService,
    private readonly audit: AuditLog,
    private readonly bus: EventBus,
  ) {}

  /** Newest first. */
  async list(): Promise<RolloutResponse[]> {
    const rows = await this.prisma.rollout.findMany({ orderBy: { id: 'desc' }, take: MAXIMUM_LISTED, select: ROLLOUT });
    return rows.map(toRollout);
  }

  /** @throws PanelError 400 for a key that is taken or a range that ends before it begins. */
  async create({ hashRangeStart = 0, hashRangeEnd = LAST_BUCKET, ...dto }: CreateRolloutDto, author: RolloutAuthor) {
    assertRange(hashRangeStart, hashRangeEnd);
    const { name, key, description = '', active = true, treatment = 'treatment' } = dto;
    const data = { name, key, description, active, treatment, hashRangeStart, hashRangeEnd };
    return this.change(async (tx) => {
      const row = await tx.rollout.create({ data, select: ROLLOUT });
      await this.record(tx, author, 'admin:rollout:create', { rolloutId: row.id, after: data });
      return toRollout(row);
    });
  }

  /** @throws PanelError 404; 400 for a key that is taken or a range that ends before it begins. */
  update(id: number, dto: UpdateRolloutDto, author: RolloutAuthor): Promise<RolloutResponse> {
    const data = given(dto);
    return this.change(async (tx) => {
      // Two changes of one range at once: the second is checked against what the first left.
      await tx.$queryRaw`SELECT "id" FROM "Rollout" WHERE "id" = ${id} FOR UPDATE`;
      const before = await tx.rollout.findUnique({ where: { id }, select: ROLLOUT });
      if (before === null) throw missing();
      assertRange(data.hashRangeStart ?? before.hashRangeStart, data.hashRangeEnd ?? before.hashRangeEnd);
      const row = await tx.rollout.update({ where: { id }, data, select: ROLLOUT });
      const old = Object.fromEntries(Object.keys(data).map((name) => [name, before[name as keyof typeof data]]));
      await this.record(tx, author, 'admin:rollout:update', { rolloutId: id, before: old, after: data });
      return toRollout(row);
    });
  }

  /** Ends a rollout with its overrides. @throws PanelError 404. */
  delete(id: number, author: RolloutAuthor): Promise<SuccessResponse> {
    return this.change(async (tx) => {
      const { count } = await tx.rollout.deleteMany({ where: { id } });
      if (count === 0) throw missing();
      await this.record(tx, author, 'admin:rollout:delete', { rolloutId: id });
      return SUCCESS;
    });
  }

  /** The newest 500. @throws PanelError 404. */
  async overrides(id: number): Promise<RolloutOverrideResponse[]> {
    const row = await this.prisma.rollout.findUnique({ where: { id }, select: { overrides: ROLLOUT.overrides } });
    if (row === null) throw missing();
    return row.overrides;
  }

  /** Lets an account in whatever its bucket. @throws PanelError 404 for an unknown rollout or account. */
  async override(id: number, { userId, treatment }: RolloutOverrideDto, author: RolloutAuthor) {
    try {
      return await this.change(async (tx) => {
        const row: RolloutOverrideResponse = await tx.rolloutUserOverride.upsert({
          where: { rolloutId_userId: { rolloutId: id, userId } },
          create: { rolloutId: id, userId, treatment: treatment || null },
          update: treatment === undefined ? {} : { treatment: treatment || null },
          select: OVERRIDE,
        });
        const metadata = { rolloutId: id, userId, treatment: row.treatment };
        await this.record(tx, author, 'admin:rollout:override', metadata);
        return row;
      });
    } catch (error) {
      if (isForeignKeyViolation(error)) throw notFound('Rollout or user not found', 'rollouts.not_found');
      throw error;
    }
  }

  /** @throws PanelError 404. */
  removeOverride(id: number, userId: number, author: RolloutAuthor): Promise<SuccessResponse> {
    return this.change(async (tx) => {
      const { count } = await tx.rolloutUserOverride.deleteMany({ where: { rolloutId: id, userId } });
      if (count === 0) throw notFound('Override not found', 'rollouts.override_not_found');
      await this.record(tx, author, 'admin:rollout:override-removed', { rolloutId: id, userId });
      return SUCCESS;
    });
  }

  private async change<Result>(work: (tx: Queryable) => Promise<Result>): Promise<Result> {
    try {
      const result = await this.prisma.$transaction(work);
      this.bus.publish('rollouts.changed', {});
      return result;
    } catch (error) {
      if (isUniqueViolation(error)) throw badRequest('There is a rollout with this key', 'rollouts.key_taken');
      throw error;
    }
  }

  private record(
    tx: Queryable,
    author: RolloutAuthor,
    action: string,
    metadata: Prisma.InputJsonObject,
  ): Promise<void> {
    return this.audit.record({ ...author, action, targetType: 'setting', metadata }, tx);
  }
}

function assertRange(start: number, end: number): void {
  if (start > end) throw badRequest('hashRangeStart must not be above hashRangeEnd', 'rollouts.invalid_range');
}

/** The fields that were sent. */
function given({ name, description, key, active, hashRangeStart, hashRangeEnd, treatment }: UpdateRolloutDto) {
  return {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(key !== undefined && { key }),
    ...(active !== undefined && { active }),
    ...(hashRangeStart !== undefined && { hashRangeStart }),
    ...(hashRangeEnd !== undefined && { hashRangeEnd }),
    ...(treatment !== undefined && { treatment }),
  };
}
