import { Controller, Delete, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Authenticated, Caller, ClientAddress } from '../../common/access/decorators.js';
import { UserPrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { Files, MultipartForm } from '../../common/files/multipart-form.js';
import type { FormFiles } from '../../common/files/multipart-form.js';
import { RateLimited } from '../../common/throttling/rate-limit.decorator.js';
import { SuccessResponse } from '../dto/success.dto.js';
import { Avatars } from './avatars.service.js';
import { UploadedAvatarResponse } from './dto/avatar.dto.js';

const FORM = { files: { file: 'JPEG, PNG, WebP or GIF' }, maximumBytes: 5 * 1_048_576 };

@ApiTags('Users')
@Authenticated()
@Controller('api/users/:id/avatar')
export class AvatarsController {
  constructor(private readonly avatars: Avatars) {}

  /**
   * Set the picture of an account
   *
   * One's own (`me` or the id); with `users:write` those of accounts that hold no more rights. It is cut to a square
   * and encoded anew, at most 32 megapixels; its address changes each time. At most 4 in two minutes.
   */
  @Post()
  @HttpCode(200)
  @RateLimited('avatar')
  @MultipartForm(FORM)
  @ApiErrors(404)
  upload(
    @Caller() caller: UserPrincipal,
    @Param('id') id: string,
    @Files() files: FormFiles,
    @ClientAddress() ip: string,
  ): Promise<UploadedAvatarResponse> {
    return this.avatars.upload(caller, id, files['file'], ip);
  }

  /** Remove the picture of an account */
  @Delete()
  @ApiErrors(404)
  remove(
    @Caller() caller: UserPrincipal,
    @Param('id') id: string,
    @ClientAddress() ip: string,
  ): Promise<SuccessResponse> {
    return this.avatars.remove(caller, id, ip);
  }
}
