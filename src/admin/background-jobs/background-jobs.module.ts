import { Module } from '@nestjs/common';
import { BackgroundJobsAdminController } from './background-jobs.admin.controller.js';
import { BackgroundJobs } from './background-jobs.service.js';

@Module({ controllers: [BackgroundJobsAdminController], providers: [BackgroundJobs] })
export class BackgroundJobsModule {}
