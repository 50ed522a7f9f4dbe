import { applyDecorators, Header } from '@nestjs/common';
import { ApiOkResponse, ApiProduces } from '@nestjs/swagger';

/** The handler answers with an archive, which nobody on the way may keep. */
export const ArchiveResponse = (): MethodDecorator =>
  applyDecorators(
    Header('Cache-Control', 'no-store'),
    ApiProduces('application/gzip'),
    ApiOkResponse({ schema: { type: 'string', format: 'binary' } }),
  );
