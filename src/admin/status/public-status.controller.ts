import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Public } from '../../common/access/decorators.js';
import { PublicStatusResponse } from './dto/public-status.dto.js';
import { PublicStatus } from './public-status.service.js';

@ApiTags('Public status')
@Public()
@Controller(['public/status', 'api/public/status'])
export class PublicStatusController {
  constructor(private readonly status: PublicStatus) {}

  /** Tell how many nodes are online; at most 15 seconds old */
  @Get()
  read(): Promise<PublicStatusResponse> {
    return this.status.read();
  }
}
