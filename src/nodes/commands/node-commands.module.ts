import { Module } from '@nestjs/common';
import { NodeCommandsController } from './node-commands.controller.js';
import { NodeCommands } from './node-commands.service.js';

@Module({ controllers: [NodeCommandsController], providers: [NodeCommands], exports: [NodeCommands] })
export class NodeCommandsModule {}
