import { Module } from '@nestjs/common';
import { ServerAccessModule } from '../access/server-access.module.js';
import { ServerDaemonModule } from '../daemon/server-daemon.module.js';
import { SubuserInvitesController } from './subuser-invites.controller.js';
import { SubuserInvites } from './subuser-invites.service.js';
import { SubuserSessions } from './subuser-sessions.service.js';
import { SubusersController } from './subusers.controller.js';
import { Subusers } from './subusers.service.js';

@Module({
  imports: [ServerAccessModule, ServerDaemonModule],
  controllers: [SubuserInvitesController, SubusersController],
  providers: [SubuserInvites, SubuserSessions, Subusers],
})
export class SubusersModule {}
