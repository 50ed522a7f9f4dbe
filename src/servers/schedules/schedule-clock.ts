import { Injectable } from '@nestjs/common';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { logger } from '../../common/logging/logger.js';
import { ScheduleRuns } from './schedule-runs.service.js';

const TICK_MS = 5_000;

/** Looks every five seconds for schedules that are due; every replica does. */
@Injectable()
export class ScheduleClock implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private underWay: Promise<void> | undefined;

  constructor(private readonly runs: ScheduleRuns) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.tick(), TICK_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.underWay;
  }

  /** Begins what is due, unless that is being done. */
  tick(): Promise<void> {
    this.underWay ??= this.begin().finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
  }

  private async begin(): Promise<void> {
    try {
      while ((await this.runs.beginDue()) > 0);
    } catch (error) {
      logger.warn({ reason: (error as Error).message }, 'schedules not looked after');
    }
  }
}
