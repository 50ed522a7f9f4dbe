import { Injectable } from '@nestjs/common';
import { ExportSources, rowsOf } from '../../common/data-export/export-sources.js';
import { PrismaService } from '../../prisma/prisma.service.js';

const MEMBERSHIP = {
  orgRole: true,
  createdAt: true,
  organisation: { select: { id: true, name: true, handle: true } },
} as const;

/** Memberships in a person's data export. */
@Injectable()
export class MemberRecords {
  constructor(prisma: PrismaService, sources: ExportSources) {
    const load = (userId: number) =>
      prisma.organisationMember.findMany({ where: { userId }, select: MEMBERSHIP, orderBy: { id: 'asc' } });
    sources.add({ name: 'organisations', rows: (userId) => rowsOf(() => load(userId)) });
  }
}
