import type { DaemonConfigurationResponse } from './dto/daemon-configuration.dto.js';

interface ConfiguredNode {
  readonly uuid: string;
  readonly url: string;
  readonly fqdn: string | null;
  readonly useSsl: boolean;
  readonly tokenId: string;
  readonly sftpPort: number;
  readonly allowedOrigin: string | null;
}

interface Installation {
  readonly token: string;
  readonly brand: string;
  readonly panelUrl: string;
  /** Origins of separate web clients, whose pages open console sockets. */
  readonly frontends: readonly string[];
  /** Folders that servers may be lent. */
  readonly mountSources: readonly string[];
}

/** Where Wings listens when the address names no port: a proxy stands in front. */
const DEFAULT_PORT = 8080;
const UPLOAD_LIMIT_MIB = 100;

/** `config.yml` of a daemon (wings-protocol E). */
export function daemonConfiguration(node: ConfiguredNode, panel: Installation): DaemonConfigurationResponse {
  const { hostname, port } = new URL(node.url);
  const certificates = `/etc/letsencrypt/live/${node.fqdn ?? hostname}`;
  const origins = [...panel.frontends, ...(node.allowedOrigin === null ? [] : [node.allowedOrigin])];
  return {
    debug: false,
    app_name: panel.brand,
    uuid: node.uuid,
    token_id: node.tokenId,
    token: panel.token,
    api: {
      host: '0.0.0.0',
      port: port === '' ? DEFAULT_PORT : Number(port),
      ssl: { enabled: node.useSsl, cert: `${certificates}/fullchain.pem`, key: `${certificates}/privkey.pem` },
      upload_limit: UPLOAD_LIMIT_MIB,
      trusted_proxies: [],
    },
    system: { data: '/var/lib/eclipanel/volumes', sftp: { bind_port: node.sftpPort } },
    allowed_mounts: [...panel.mountSources],
    allowed_origins: [...new Set(origins)].filter((origin) => origin !== panel.panelUrl),
    remote: panel.panelUrl,
  };
}
