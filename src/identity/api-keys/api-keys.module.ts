import { Module } from '@nestjs/common';
import { PrincipalsModule } from '../principals/principals.module.js';
import { ApiKeyChanges } from './api-key-changes.service.js';
import { ApiKeysController } from './api-keys.controller.js';
import { ApiKeys } from './api-keys.service.js';

@Module({ imports: [PrincipalsModule], controllers: [ApiKeysController], providers: [ApiKeys, ApiKeyChanges] })
export class ApiKeysModule {}
