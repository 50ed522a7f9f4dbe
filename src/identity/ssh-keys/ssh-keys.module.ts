import { Module } from '@nestjs/common';
import { SshKeysController } from './ssh-keys.controller.js';
import { SshKeys } from './ssh-keys.service.js';

@Module({ controllers: [SshKeysController], providers: [SshKeys] })
export class SshKeysModule {}
