import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../common/access/principal.js';
import { containsText } from '../../common/paging/containing.js';
import type { ContainsText } from '../../common/paging/containing.js';
import { uuidRange } from '../../common/paging/search-page.dto.js';
import type { Prisma } from '../../generated/prisma/client.js';
import { PrismaService } from '../../prisma/prisma.service.js';
import type {
  FoundEgg,
  FoundNode,
  FoundOrganisation,
  FoundServer,
  FoundUser,
  SearchResponse,
} from './dto/search.dto.js';

const MAXIMUM = 20;
const MAXIMUM_ID = 2_147_483_647;

/** What the search looks for: a part of a text, and what else the text may be. */
interface Term {
  readonly part: ContainsText | undefined;
  readonly id: number | undefined;
  readonly uuids: readonly [string, string] | undefined;
}

/** Finds things of all kinds; each kind only for those who may read it. */
@Injectable()
export class AdminSearch {
  constructor(private readonly prisma: PrismaService) {}

  /** One query for each kind that the caller may see. */
  async search(caller: UserPrincipal, text: string): Promise<SearchResponse> {
    const term = termOf(text);
    const [users, organisations, servers, nodes, eggs] = await Promise.all([
      caller.can('users:read') ? this.users(term) : [],
      caller.can('org:read') ? this.organisations(term) : [],
      caller.can('admin:servers:read') ? this.servers(term) : [],
      caller.can('nodes:read') ? this.nodes(term) : [],
      caller.can('eggs:read') ? this.eggs(term) : [],
    ]);
    return { users, organisations, servers, nodes, eggs, orders: [] };
  }

  private users(term: Term): Promise<FoundUser[]> {
    const texts = (part: ContainsText) => [
      { email: part },
      { firstName: part },
      { lastName: part },
      { displayName: part },
    ];
    return this.prisma.user.findMany({
      where: { deletedAt: null, ...anyOf<Prisma.UserWhereInput>(term, texts, byId(term)) },
      orderBy: { id: 'asc' },
      take: MAXIMUM,
      select: { id: true, email: true, firstName: true, lastName: true, displayName: true, avatarUrl: true },
    });
  }

  private organisations(term: Term): Promise<FoundOrganisation[]> {
    const texts = (part: ContainsText) => [{ name: part }, { handle: part }];
    return this.prisma.organisation.findMany({
      where: anyOf<Prisma.OrganisationWhereInput>(term, texts, byId(term)),
      orderBy: { id: 'asc' },
      take: MAXIMUM,
      select: { id: true, name: true, handle: true, ownerId: true },
    });
  }

  private async servers(term: Term): Promise<FoundServer[]> {
    const { uuids, id } = term;
    const texts = (part: ContainsText) => [{ name: part }, { node: { name: part } }];
    const range = uuids && { uuid: { gte: uuids[0], lte: uuids[1] } };
    const owner = id === undefined ? undefined : { ownerId: id };
    const rows = await this.prisma.server.findMany({
      where: anyOf<Prisma.ServerWhereInput>(term, texts, range, owner),
      orderBy: [{ createdAt: 'asc' }, { uuid: 'asc' }],
      take: MAXIMUM,
      select: { uuid: true, name: true, nodeId: true, ownerId: true, node: { select: { name: true } } },
    });
    return rows.map(({ ownerId, node, ...row }) => ({ ...row, nodeName: node.name, userId: ownerId }));
  }

  private nodes(term: Term): Promise<FoundNode[]> {
    return this.prisma.node.findMany({
      where: anyOf<Prisma.NodeWhereInput>(term, (part) => [{ name: part }, { fqdn: part }], byId(term)),
      orderBy: { id: 'asc' },
      take: MAXIMUM,
      select: { id: true, name: true, fqdn: true },
    });
  }

  private eggs(term: Term): Promise<FoundEgg[]> {
    return this.prisma.egg.findMany({
      where: anyOf<Prisma.EggWhereInput>(term, (part) => [{ name: part }], byId(term)),
      orderBy: { id: 'asc' },
      take: MAXIMUM,
      select: { id: true, name: true },
    });
  }
}

function termOf(text: string): Term {
  const id = /^\d{1,10}$/.test(text) && Number(text) <= MAXIMUM_ID ? Number(text) : undefined;
  return { part: text === '' ? undefined : containsText(text), id, uuids: uuidRange(text) };
}

const byId = ({ id }: Term): { id: number } | undefined => (id === undefined ? undefined : { id });

/** Nothing looked for: everything. */
function anyOf<Where>(
  { part }: Term,
  texts: (part: ContainsText) => Where[],
  ...others: (Where | undefined)[]
): { OR?: Where[] } {
  if (part === undefined) return {};
  return { OR: [...texts(part), ...others.filter((where): where is Where & object => where !== undefined)] };
}
