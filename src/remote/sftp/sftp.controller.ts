import { Body, HttpCode, Post } from '@nestjs/common';
import { CallingNode } from '../../common/access/decorators.js';
import { NodePrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { RemoteController } from '../remote-controller.js';
import { SftpLogin, SftpSession } from './dto/sftp-login.dto.js';
import { SftpLogins } from './sftp.service.js';

@RemoteController('sftp')
export class RemoteSftpController {
  constructor(private readonly logins: SftpLogins) {}

  /**
   * Check an SFTP login
   *
   * Everything that may be wrong is one and the same 403, also after too many different guesses.
   */
  @Post('auth')
  @HttpCode(200)
  @ApiErrors(400, 403, 413)
  authenticate(@CallingNode() node: NodePrincipal, @Body() login: SftpLogin): Promise<SftpSession> {
    return this.logins.authenticate(node, login);
  }
}
