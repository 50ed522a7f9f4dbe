import { Module } from '@nestjs/common';
import { ServerAccessModule } from '../access/server-access.module.js';
import { SocController } from './soc.controller.js';
import { Soc } from './soc.service.js';

/** The security overview: what servers use. */
@Module({ imports: [ServerAccessModule], controllers: [SocController], providers: [Soc] })
export class SocModule {}
