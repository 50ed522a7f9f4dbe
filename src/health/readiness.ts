import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '../prisma/database.js';

const PING = { name: 'health_ping', text: 'SELECT 1 AS ok' };
const PING_LIMIT_MS = 2_000;

/** Whether this process can serve: it has started, is not closing, and the database answers. */
@Injectable()
export class Readiness implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private state: 'starting' | 'started' | 'closing' = 'starting';

  constructor(private readonly database: Database) {}

  onApplicationBootstrap(): void {
    this.state = 'started';
  }

  beforeApplicationShutdown(): void {
    this.state = 'closing';
  }

  async check(): Promise<'ok' | 'starting' | 'closing' | 'degraded'> {
    if (this.state !== 'started') return this.state;
    return (await this.databaseAnswers()) ? 'ok' : 'degraded';
  }

  private async databaseAnswers(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), PING_LIMIT_MS);
    });
    const answer = this.database.query(PING).then(
      () => true,
      () => false,
    );
    return Promise.race([answer, limit]).finally(() => clearTimeout(timer));
  }
}
