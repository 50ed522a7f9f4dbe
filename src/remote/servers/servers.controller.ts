import { Body, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { CallingNode } from '../../common/access/decorators.js';
import { NodePrincipal } from '../../common/access/principal.js';
import { ApiErrors } from '../../common/errors/api-errors.js';
import { InstallScript, ServerObject } from '../../servers/configuration/dto/server-object.dto.js';
import { RemoteController } from '../remote-controller.js';
import { BootPage, BootPageQuery } from './dto/boot-page.dto.js';
import { InstallReport } from './dto/install-report.dto.js';
import { ServerUuidPipe } from './server-uuid.pipe.js';
import { RemoteServers } from './servers.service.js';

@RemoteController('servers')
export class RemoteServersController {
  constructor(private readonly servers: RemoteServers) {}

  /**
   * List the node's servers
   *
   * Read by a daemon that boots, page by page in a stable order.
   */
  @Get()
  page(@CallingNode() node: NodePrincipal, @Query() query: BootPageQuery): Promise<BootPage> {
    return this.servers.page(node, query);
  }

  /**
   * Report that the daemon started
   *
   * Answered at once; the panel turns to the daemon some seconds later, when it listens.
   */
  @Post('reset')
  @HttpCode(204)
  reset(@CallingNode() node: NodePrincipal): Promise<void> {
    return this.servers.reset(node);
  }

  /** Read a server's configuration */
  @Get(':uuid')
  @ApiErrors(404)
  one(@CallingNode() node: NodePrincipal, @Param('uuid', ServerUuidPipe) uuid: string): Promise<ServerObject> {
    return this.servers.configurationOf(node, uuid);
  }

  /** Read a server's configuration (older name) */
  @Post(':uuid/sync')
  @HttpCode(200)
  @ApiErrors(404)
  sync(@CallingNode() node: NodePrincipal, @Param('uuid', ServerUuidPipe) uuid: string): Promise<ServerObject> {
    return this.servers.configurationOf(node, uuid);
  }

  /** Read a server's installation script */
  @Get(':uuid/install')
  @ApiErrors(404)
  installScript(
    @CallingNode() node: NodePrincipal,
    @Param('uuid', ServerUuidPipe) uuid: string,
  ): Promise<InstallScript> {
    return this.servers.installScriptOf(node, uuid);
  }

  /** Report how an installation ended */
  @Post(':uuid/install')
  @HttpCode(204)
  @ApiErrors(400, 404, 413)
  installed(
    @CallingNode() node: NodePrincipal,
    @Param('uuid', ServerUuidPipe) uuid: string,
    @Body() report: InstallReport,
  ): Promise<void> {
    return this.servers.installed(node, uuid, report);
  }

  /** Report that an archive for a transfer is ready (no effect; older daemons) */
  @Post(':uuid/archive')
  @HttpCode(204)
  @ApiErrors(404)
  archived(@CallingNode() node: NodePrincipal, @Param('uuid', ServerUuidPipe) uuid: string): Promise<void> {
    return this.servers.acknowledge(node, uuid);
  }

  /** Report refused console tokens (no effect) */
  @Post(':uuid/ws/denied')
  @HttpCode(204)
  @ApiErrors(404)
  denied(@CallingNode() node: NodePrincipal, @Param('uuid', ServerUuidPipe) uuid: string): Promise<void> {
    return this.servers.acknowledge(node, uuid);
  }
}
