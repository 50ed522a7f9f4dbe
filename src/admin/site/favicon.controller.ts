import { Controller, Get, HttpCode } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '../../common/access/decorators.js';

/** Browsers ask every site for an icon; the panel has none, and says so without an error in their consoles. */
@ApiExcludeController()
@Controller('favicon.ico')
@Public()
export class FaviconController {
  @Get()
  @HttpCode(204)
  none(): void {
    // 204 says it all.
  }
}
