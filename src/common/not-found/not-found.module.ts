import { Module } from '@nestjs/common';
import { NotFoundController } from './not-found.controller.js';

/** Imported last: its route takes what the others leave. */
@Module({ controllers: [NotFoundController] })
export class NotFoundModule {}
