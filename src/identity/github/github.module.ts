import { Module } from '@nestjs/common';
import { GitHub } from './github.service.js';

@Module({ providers: [GitHub], exports: [GitHub] })
export class GitHubModule {}
