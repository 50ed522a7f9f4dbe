import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../common/audit/audit-log.js';
import { badRequest, conflict, notFound } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';
import { AddressGuard } from '../../nodes/wings/address-guard.js';
import { isForeignKeyViolation, isNotFound, isUniqueViolation, PrismaService } from '../../prisma/prisma.service.js';
import type { Queryable } from '../../prisma/prisma.service.js';
import { settingsFieldOf } from './adapters.js';
import { configurationColumns, toConfiguration } from './backup-configuration.mapper.js';
import type {
  AssignBackupConfigurationDto,
  BackupConfigurationResponse,
  CreateBackupConfigurationDto,
  UpdateBackupConfigurationDto,
} from './dto/backup-configuration.dto.js';
import { StoreSecrets } from './store-secrets.js';
import type { StoredSettings } from './store-secrets.js';

interface Who {
  readonly userId: number;
  readonly ip: string;
}

type StoreFields = Pick<CreateBackupConfigurationDto, 's3' | 'restic' | 'pbs' | 'kopia'>;

/** Where backups are kept, and for which servers. */
@Injectable()
export class BackupConfigurations {
  constructor(
    private readonly prisma: PrismaService,
    private readonly secrets: StoreSecrets,
    private readonly guard: AddressGuard,
    private readonly audit: AuditLog,
  ) {}

  async list(): Promise<BackupConfigurationResponse[]> {
    const rows = await this.prisma.backupConfiguration.findMany({
      select: configurationColumns,
      orderBy: { name: 'asc' },
    });
    return rows.map(toConfiguration);
  }

  /** @throws PanelError 404. */
  async one(id: number): Promise<BackupConfigurationResponse> {
    const row = await this.prisma.backupConfiguration.findUnique({ where: { id }, select: configurationColumns });
    if (row === null) throw unknownConfiguration();
    return toConfiguration(row);
  }

  /** @throws PanelError 400 without the settings of the adapter; 409 for a name that is taken. */
  create(dto: CreateBackupConfigurationDto, who: Who): Promise<BackupConfigurationResponse> {
    const { name, adapter } = dto;
    const stored = this.stored(adapter, dto, null);
    if (stored === undefined) throw settingsMissing(adapter);
    return this.write(async (tx) => {
      const data = { name, adapter, ...stored };
      const row = await tx.backupConfiguration.create({ data, select: configurationColumns });
      await this.record(tx, who, 'backup-configuration:create', row);
      return toConfiguration(row);
    });
  }

  /** @throws PanelError 400, 404, 409 as `create`. */
  update(id: number, dto: UpdateBackupConfigurationDto, who: Who): Promise<BackupConfigurationResponse> {
    return this.write(async (tx) => {
      const held = await tx.backupConfiguration.findUnique({
        where: { id },
        select: { adapter: true, secretsSealed: true },
      });
      if (held === null) throw unknownConfiguration();
      const row = await tx.backupConfiguration.update({
        where: { id },
        data: {
          ...(dto.name !== undefined && { name: dto.name }),
          ...this.stored(held.adapter, dto, held.secretsSealed),
        },
        select: configurationColumns,
      });
      await this.record(tx, who, 'backup-configuration:update', row);
      return toConfiguration(row);
    });
  }

  /** @throws PanelError 404; 409 while backups lie there or something is to use it. */
  async remove(id: number, who: Who): Promise<void> {
    await this.write(async (tx) => {
      const row = await tx.backupConfiguration.delete({ where: { id }, select: { id: true, name: true } });
      await this.record(tx, who, 'backup-configuration:delete', row);
    });
  }

  /**
   * Says where the future backups of a server, or by default of a node or location, go.
   * @throws PanelError 400 unless exactly one is named; 404 for what does not exist.
   */
  async assign(dto: AssignBackupConfigurationDto, { userId, ip }: Who): Promise<void> {
    const { configurationId, locationId, nodeId, serverUuid } = dto;
    if ([locationId, nodeId, serverUuid].filter((given) => given !== undefined).length !== 1) {
      throw badRequest('Name exactly one of locationId, nodeId and serverUuid', 'backup_configurations.target');
    }
    await this.write(async (tx) => {
      const data = { backupConfigurationId: configurationId ?? null };
      const { count } =
        locationId !== undefined
          ? await tx.location.updateMany({ where: { id: locationId }, data })
          : nodeId !== undefined
            ? await tx.node.updateMany({ where: { id: nodeId }, data })
            : await tx.server.updateMany({ where: { uuid: serverUuid ?? '' }, data });
      if (count === 0) throw notFound('Location, node or server not found', 'backup_configurations.target_not_found');
      const metadata = { ...data, ...withoutUndefined({ locationId, nodeId, serverUuid }) };
      await this.audit.record({ userId, action: 'backup-configuration:assign', metadata, ipAddress: ip }, tx);
    }, unknownConfiguration);
  }

  /** The columns of what was given; undefined when it holds no settings although the adapter has some. */
  private stored(adapter: string, fields: StoreFields, held: string | null): StoredSettings | undefined {
    const field = settingsFieldOf(adapter);
    if (field === undefined) return { settings: {}, secretsSealed: null };
    const given = fields[field];
    if (given === undefined) return undefined;
    // The panel itself calls object stores; repositories are called by daemons.
    const problem = fields.s3 !== undefined && field === 's3' ? this.guard.problemWith(fields.s3.endpoint) : undefined;
    if (problem !== undefined) throw badRequest(`s3.endpoint ${problem}`, 'backup_configurations.endpoint');
    return this.secrets.split(field, given, held);
  }

  private async write<Result>(
    work: (tx: Queryable) => Promise<Result>,
    onForeignKey: () => PanelError = inUse,
  ): Promise<Result> {
    try {
      return await this.prisma.$transaction(work);
    } catch (error) {
      if (isNotFound(error)) throw unknownConfiguration();
      if (isForeignKeyViolation(error)) throw onForeignKey();
      if (isUniqueViolation(error)) {
        throw conflict('A backup configuration with this name exists', 'backup_configurations.taken');
      }
      throw error;
    }
  }

  private record(tx: Queryable, { userId, ip }: Who, action: string, row: { id: number; name: string }): Promise<void> {
    return this.audit.record({ userId, action, metadata: { id: row.id, name: row.name }, ipAddress: ip }, tx);
  }
}

const withoutUndefined = (fields: Record<string, number | string | undefined>): Record<string, number | string> =>
  Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));

const unknownConfiguration = (): PanelError =>
  notFound('Backup configuration not found', 'backup_configurations.not_found');

const inUse = (): PanelError => conflict('The backup configuration is in use', 'backup_configurations.in_use');

const settingsMissing = (adapter: string): PanelError =>
  badRequest(`${settingsFieldOf(adapter) ?? ''} is required`, 'backup_configurations.settings_missing');
