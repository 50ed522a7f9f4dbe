import { Module } from '@nestjs/common';
import { InactivityModule } from '../inactivity/inactivity.module.js';
import { PrincipalsModule } from '../principals/principals.module.js';
import { SessionAdministration } from './session-administration.service.js';
import { SessionsController } from './sessions.controller.js';
import { Sessions } from './sessions.service.js';

@Module({
  imports: [PrincipalsModule, InactivityModule],
  controllers: [SessionsController],
  providers: [Sessions, SessionAdministration],
  exports: [Sessions],
})
export class SessionsModule {}
