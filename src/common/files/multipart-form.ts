import { applyDecorators, createParamDecorator, HttpException, Injectable, UseInterceptors } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor, Type } from '@nestjs/common';
import { FileFieldsInterceptor } from '@nestjs/platform-express';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Observable } from 'rxjs';
import { ApiErrors } from '../errors/api-errors.js';
import { badRequest, PanelError } from '../errors/panel-error.js';

/** A form with files that a route takes. */
export interface FormOptions {
  /** Name of each file field to what it is for; each holds one file. */
  readonly files: Readonly<Record<string, string>>;
  /** Bytes of one file. */
  readonly maximumBytes: number;
  /** Name of each text field to what it is for. */
  readonly texts?: Readonly<Record<string, string>>;
}

/** The files of a form by field. What the client says of their names and types is left out: it is not to be believed. */
export type FormFiles = Readonly<Partial<Record<string, Uint8Array<ArrayBuffer>>>>;

/** Text fields beside the files; clients may send some that nobody reads. */
const MAXIMUM_TEXTS = 10;
const MAXIMUM_TEXT_BYTES = 4_096;
/** Boundaries and headers of the parts. */
const OVERHEAD_BYTES = 65_536;
const MEBIBYTE = 1_048_576;

/**
 * The route takes `multipart/form-data`. The body is read after the guards, so only from somebody who may call the
 * route and is within its limits, and kept in memory up to the bound; 413 beyond it, 400 for a form that is damaged or
 * holds other files. What is missing the handler finds out.
 */
export const MultipartForm = (options: FormOptions): MethodDecorator =>
  applyDecorators(
    UseInterceptors(readerOf(options)),
    ApiConsumes('multipart/form-data'),
    ApiBody({ schema: schemaOf(options) }),
    ApiErrors(400, 413),
  );

/** The files of the form; works on `@MultipartForm` routes. */
export const Files = createParamDecorator((_: unknown, context: ExecutionContext): FormFiles => {
  const { files } = context.switchToHttp().getRequest<Request & { files?: Record<string, { buffer: Buffer }[]> }>();
  const entries = Object.entries(files ?? {}).flatMap(([field, [file]]) =>
    file === undefined ? [] : [[field, new Uint8Array(file.buffer)] as const],
  );
  return Object.fromEntries(entries);
});

function schemaOf({ files, texts = {}, maximumBytes }: FormOptions) {
  const limit = `at most ${maximumBytes / MEBIBYTE} MiB`;
  const fileProperties = Object.entries(files).map(
    ([name, use]) => [name, { type: 'string', format: 'binary', description: `${use}; ${limit}` }] as const,
  );
  const textProperties = Object.entries(texts).map(
    ([name, use]) => [name, { type: 'string', description: use }] as const,
  );
  return {
    type: 'object',
    properties: Object.fromEntries([...fileProperties, ...textProperties]),
    required: Object.keys(files),
  };
}

function readerOf(options: FormOptions): Type<NestInterceptor> {
  const fields = Object.keys(options.files);
  const maximumTotal = fields.length * options.maximumBytes + MAXIMUM_TEXTS * MAXIMUM_TEXT_BYTES + OVERHEAD_BYTES;
  const Reader = FileFieldsInterceptor(
    fields.map((name) => ({ name, maxCount: 1 })),
    {
      limits: {
        fileSize: options.maximumBytes,
        files: fields.length,
        fields: MAXIMUM_TEXTS,
        fieldSize: MAXIMUM_TEXT_BYTES,
        fieldNameSize: 100,
        parts: fields.length + MAXIMUM_TEXTS,
        headerPairs: 20,
      },
    },
  );

  @Injectable()
  class MultipartReader extends Reader {
    /** Whatever fails before the handler runs is the form's fault or its sender's; the handler's own errors pass. */
    override async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
      const { headers } = context.switchToHttp().getRequest<Request>();
      if (Number(headers['content-length'] ?? 0) > maximumTotal) throw tooLarge(options);
      try {
        return await super.intercept(context, next);
      } catch (error) {
        throw formProblem(error, options);
      }
    }
  }
  return MultipartReader;
}

const tooLarge = ({ maximumBytes }: FormOptions): PanelError =>
  new PanelError(413, 'request.too_large', `A file may have at most ${maximumBytes / MEBIBYTE} MiB`);

const UNEXPECTED = new Set(['LIMIT_UNEXPECTED_FILE', 'LIMIT_FILE_COUNT']);

function formProblem(error: unknown, options: FormOptions): PanelError {
  if (error instanceof HttpException && error.getStatus() === 413) return tooLarge(options);
  const { code } = ((error as Error).cause ?? {}) as { code?: string };
  if (code !== undefined && UNEXPECTED.has(code)) {
    const names = Object.keys(options.files).join(' and ');
    return badRequest(`The form takes one file each as ${names}, and no others`, 'request.unexpected_file');
  }
  if (code?.startsWith('LIMIT_') === true)
    return badRequest('The form has too many or too long fields', 'request.form');
  return badRequest('The form is damaged or incomplete', 'request.form', { cause: error });
}
