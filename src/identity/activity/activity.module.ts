import { Module } from '@nestjs/common';
import { PrincipalsModule } from '../principals/principals.module.js';
import { ActivityErasure } from './activity-erasure.js';
import { ActivityExport } from './activity-export.service.js';
import { ActivityNotices } from './activity-notices.service.js';
import { ActivityReportsController } from './activity-reports.controller.js';
import { ActivityController } from './activity.controller.js';
import { Activity } from './activity.service.js';

@Module({
  imports: [PrincipalsModule],
  controllers: [ActivityController, ActivityReportsController],
  providers: [Activity, ActivityErasure, ActivityExport, ActivityNotices],
  exports: [ActivityNotices],
})
export class ActivityModule {}
