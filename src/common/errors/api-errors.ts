import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiResponse } from '@nestjs/swagger';

/** The body of every error. */
export class ErrorResponse {
  /** A sentence for a person, or a machine word where the contract says so. */
  @ApiProperty({ example: 'Server not found' })
  error!: string;

  /** Stable machine name. */
  @ApiPropertyOptional({ example: 'not_found' })
  code?: string;

  /** Sentence for a person beside a machine word in `error`. */
  @ApiPropertyOptional()
  message?: string;

  /** All problems of a validation, joined. */
  @ApiPropertyOptional()
  details?: string;

  /** Field to its problems. */
  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } })
  fields?: Record<string, string[]>;

  /** Identifies the request in the log. */
  @ApiPropertyOptional()
  requestId?: string;
}

const descriptions: Record<number, string> = {
  400: 'The request is malformed or a value is not acceptable.',
  401: 'No credential, or one that is not valid any more.',
  402: 'Payment is needed first.',
  403: 'The caller may not do this.',
  404: 'There is no such thing, or it belongs to somebody else.',
  408: 'The body did not go on.',
  409: 'The present state does not allow it.',
  410: 'It was there, but its time is over.',
  411: 'The length of the body is missing.',
  413: 'The body is too large.',
  415: 'The body is of the wrong type.',
  416: 'There is no such part.',
  417: 'The panel does not allow it; the sentence is meant for the user.',
  422: 'The idempotency key was used with another body.',
  429: 'Too many requests; `Retry-After` tells the seconds to wait.',
  502: 'The node answered nonsense or refused.',
  503: 'Switched off, or not available at the moment; `Retry-After` tells when to try again.',
  504: 'The node did not answer in time.',
};

/** Documents error answers of a route. */
export const ApiErrors = (...statuses: number[]): ClassDecorator & MethodDecorator =>
  applyDecorators(
    ...statuses.map((status) =>
      ApiResponse({ status, description: descriptions[status] ?? 'An error.', type: ErrorResponse }),
    ),
  );
