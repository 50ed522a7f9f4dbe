import { ApiProperty, PickType } from '@nestjs/swagger';
import { ServerMeta } from '../../configuration/dto/server-object.dto.js';
import { SERVER_STATUSES, ServerImage, ServerLimits } from '../../servers/dto/server.dto.js';
import { ServerResources } from '../../states/dto/resources.dto.js';

const STATUSES = [...SERVER_STATUSES.filter((status) => status !== 'unknown'), 'unavailable'];

export class OrganisationServerBuild extends PickType(ServerLimits, ['memory_limit', 'disk_space', 'cpu_limit']) {}
export class OrganisationServerContainer extends PickType(ServerImage, ['image']) {}
export class OrganisationServerMeta extends PickType(ServerMeta, ['name']) {}

export class OrganisationServerConfiguration {
  @ApiProperty({ format: 'uuid' })
  uuid!: string;

  @ApiProperty({ type: OrganisationServerMeta })
  meta!: OrganisationServerMeta;

  @ApiProperty({ type: OrganisationServerBuild })
  build!: OrganisationServerBuild;
}

/** A server on a node of an organisation: nothing of its environment, its files or its owner. */
export class OrganisationServer {
  @ApiProperty({ format: 'uuid' })
  uuid!: string;

  @ApiProperty({ example: 'Lobby' })
  name!: string;

  @ApiProperty({ enum: STATUSES, description: '`unavailable` while the node is away.' })
  status!: string;

  @ApiProperty({ enum: STATUSES, description: 'The same as `status`.' })
  state!: string;

  @ApiProperty({ description: 'Number of its node.' })
  node!: number;

  @ApiProperty({ example: 'fra-1' })
  nodeName!: string;

  @ApiProperty()
  is_suspended!: boolean;

  @ApiProperty()
  hibernated!: boolean;

  @ApiProperty({ type: ServerResources, nullable: true })
  resources!: ServerResources | null;

  @ApiProperty({ type: ServerResources, nullable: true, description: 'The same as `resources`.' })
  utilization!: ServerResources | null;

  @ApiProperty({ type: OrganisationServerBuild })
  build!: OrganisationServerBuild;

  @ApiProperty({ type: OrganisationServerContainer })
  container!: OrganisationServerContainer;

  @ApiProperty({ type: OrganisationServerConfiguration })
  configuration!: OrganisationServerConfiguration;
}
