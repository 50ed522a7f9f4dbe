import { Catch, Injectable } from '@nestjs/common';
import type { ArgumentsHost } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ErrorFilter, toPanelError } from '../../common/errors/error.filter.js';
import type { ErrorBody } from '../../common/errors/error.filter.js';
import type { PanelError } from '../../common/errors/panel-error.js';

/** The two families of daemons read different things in `errors`. */
type DaemonErrors = string[] | { code: string; status: string; detail: string }[];

const RUST_DAEMON = 'calagopus wings/';

/**
 * Errors as daemons read them (wings-protocol A.0). wings-rs takes `errors` as texts and shows them to users; Wings in
 * Go wants objects and logs the first one.
 */
@Catch()
@Injectable()
export class RemoteErrorFilter extends ErrorFilter {
  override catch(thrown: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    if (toPanelError(thrown).status === 401 && !response.headersSent) response.setHeader('WWW-Authenticate', 'Bearer');
    super.catch(thrown, host);
  }

  protected override body(error: PanelError, request: Request): ErrorBody {
    return { ...super.body(error, request), errors: isRustDaemon(request) ? [error.message] : detailed(error) };
  }
}

function detailed(error: PanelError): DaemonErrors {
  return [{ code: error.code, status: String(error.status), detail: error.message }];
}

/** A refused caller is no principal; his User-Agent still tells what he can read. */
function isRustDaemon({ headers, principal }: Request): boolean {
  if (principal?.kind === 'node') return principal.daemonKind === 'rs';
  return headers['user-agent']?.toLowerCase().includes(RUST_DAEMON) ?? false;
}
