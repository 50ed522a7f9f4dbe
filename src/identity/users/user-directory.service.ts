import { Injectable } from '@nestjs/common';
import { containsText } from '../../common/paging/containing.js';
import { pageRequest } from '../../common/paging/search-page.dto.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import { GeoBlock } from '../geo-block/geo-block.service.js';
import { DIRECTORY_USER, toAdminUser } from './admin-user.mapper.js';
import type { AdminUserPage, AdminUserQuery } from './dto/admin-user.dto.js';

const MAXIMUM_ID = 2_147_483_647;

/** All accounts, as staff looks through them. */
@Injectable()
export class UserDirectory {
  constructor(
    private readonly prisma: PrismaService,
    private readonly geoBlock: GeoBlock,
  ) {}

  /** One page: two queries, whatever its size. */
  async page(query: AdminUserQuery): Promise<AdminUserPage> {
    const { page, per, skip, term } = pageRequest(query);
    const where = filterOf(query, term);
    const total = await this.prisma.user.count({ where });
    const orderBy = query.sort === 'id' ? [{ id: query.order }] : [{ [query.sort]: query.order }, { id: query.order }];
    const rows = await this.prisma.user.findMany({ where, orderBy, skip, take: per, select: DIRECTORY_USER });
    return { users: rows.map((row) => toAdminUser(row, this.geoBlock.levelOf(row.billingCountry))), total, page, per };
  }
}

function filterOf(query: AdminUserQuery, term: string | undefined): Prisma.UserWhereInput {
  const { role, portalType, suspended, emailVerified } = query;
  return {
    ...(term !== undefined && matching(term)),
    ...(role !== undefined && { role: role === '' ? null : role }),
    ...(portalType !== undefined && { portalType }),
    ...(suspended !== undefined && { suspended }),
    ...(emailVerified !== undefined && { emailVerified }),
  };
}

/** A number is an id; anything else is looked for in address and names. */
function matching(term: string): Prisma.UserWhereInput {
  if (/^\d{1,10}$/.test(term) && Number(term) <= MAXIMUM_ID) return { id: Number(term) };
  const contains = containsText(term);
  const words = term.split(/\s+/).filter(Boolean).slice(0, 4);
  const inNames = words.map((word) => {
    const part = containsText(word);
    return { OR: [{ firstName: part }, { lastName: part }, { displayName: part }] };
  });
  return { OR: [{ email: contains }, { AND: inNames }] };
}
