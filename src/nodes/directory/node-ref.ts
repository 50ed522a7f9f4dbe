import { notFound } from '../../common/errors/panel-error.js';
import type { PanelError } from '../../common/errors/panel-error.js';

/** How a path names a node: by number, or by uuid with or without dashes. */
export type NodeRef = { readonly id: number } | { readonly uuid: string };

const NUMBER = /^[1-9]\d{0,8}$/;
const UUID = /^([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})$/i;

export const nodeNotFound = (): PanelError => notFound('Node not found', 'nodes.not_found');

/** @throws PanelError 404 when it can be neither. */
export function nodeRefOf(text: string): NodeRef {
  if (NUMBER.test(text)) return { id: Number(text) };
  const uuid = dashedUuid(text);
  if (uuid === undefined) throw nodeNotFound();
  return { uuid };
}

/** A uuid in lower case with dashes, given with or without; undefined when it is none. */
export function dashedUuid(text: string): string | undefined {
  return UUID.exec(text)?.slice(1).join('-').toLowerCase();
}
