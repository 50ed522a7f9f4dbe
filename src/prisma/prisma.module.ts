import { Module } from '@nestjs/common';
import type { DynamicModule, OnApplicationShutdown } from '@nestjs/common';
import { Database } from './database.js';
import { PrismaService } from './prisma.service.js';

/** Prisma and the database under it, for every module. Closing the application closes both. */
@Module({})
export class PrismaModule implements OnApplicationShutdown {
  constructor(
    private readonly prisma: PrismaService,
    private readonly database: Database,
  ) {}

  static with(database: Database): DynamicModule {
    return {
      module: PrismaModule,
      global: true,
      providers: [{ provide: Database, useValue: database }, PrismaService],
      exports: [Database, PrismaService],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.prisma.$disconnect();
    await this.database.close();
  }
}
