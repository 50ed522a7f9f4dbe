import type { PipeTransform } from '@nestjs/common';
import { notFound } from '../../common/errors/panel-error.js';

const MAXIMUM_INTEGER = 2_147_483_647;

/** A number that can be the id of a row; anything else names nothing: 404 with the text of the resource. */
export class RowIdPipe implements PipeTransform<string, number> {
  constructor(
    private readonly missing: string,
    private readonly maximum = MAXIMUM_INTEGER,
  ) {}

  transform(value: string): number {
    const id = /^\d{1,16}$/.test(value) ? Number(value) : 0;
    if (id < 1 || id > this.maximum) throw notFound(this.missing);
    return id;
  }
}
