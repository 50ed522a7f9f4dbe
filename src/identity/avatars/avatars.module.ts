import { Module } from '@nestjs/common';
import { PrincipalsModule } from '../principals/principals.module.js';
import { AvatarsController } from './avatars.controller.js';
import { Avatars } from './avatars.service.js';

@Module({ imports: [PrincipalsModule], controllers: [AvatarsController], providers: [Avatars], exports: [Avatars] })
export class AvatarsModule {}
