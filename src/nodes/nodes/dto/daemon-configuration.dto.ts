import { ApiProperty } from '@nestjs/swagger';

const integer = { type: 'integer' } as const;

class DaemonTls {
  @ApiProperty()
  enabled!: boolean;

  @ApiProperty({ example: '/etc/letsencrypt/live/fra-1.example.com/fullchain.pem' })
  cert!: string;

  @ApiProperty({ example: '/etc/letsencrypt/live/fra-1.example.com/privkey.pem' })
  key!: string;
}

class DaemonApi {
  @ApiProperty({ example: '0.0.0.0' })
  host!: string;

  @ApiProperty({ ...integer, example: 8080 })
  port!: number;

  @ApiProperty({ type: DaemonTls })
  ssl!: DaemonTls;

  @ApiProperty({ ...integer, description: 'MiB' })
  upload_limit!: number;

  @ApiProperty({ type: [String] })
  trusted_proxies!: string[];
}

class DaemonSftp {
  @ApiProperty({ ...integer, example: 2022 })
  bind_port!: number;
}

class DaemonSystem {
  @ApiProperty({ description: 'Folder of the servers.' })
  data!: string;

  @ApiProperty({ type: DaemonSftp })
  sftp!: DaemonSftp;
}

/** `config.yml` of Wings, as JSON. */
export class DaemonConfigurationResponse {
  @ApiProperty()
  debug!: boolean;

  @ApiProperty()
  app_name!: string;

  @ApiProperty({ format: 'uuid' })
  uuid!: string;

  @ApiProperty()
  token_id!: string;

  @ApiProperty()
  token!: string;

  @ApiProperty({ type: DaemonApi })
  api!: DaemonApi;

  @ApiProperty({ type: DaemonSystem })
  system!: DaemonSystem;

  @ApiProperty({ type: [String] })
  allowed_mounts!: string[];

  @ApiProperty({ type: [String] })
  allowed_origins!: string[];

  @ApiProperty({ example: 'https://panel.example.com' })
  remote!: string;
}
