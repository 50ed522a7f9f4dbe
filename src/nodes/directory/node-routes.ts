/** 403 text of the node routes. */
export const NODE_ADMINISTRATION = 'Node administration required.';

/** The `:id` of a node, for the document. */
export const NODE_PARAMETER = {
  name: 'id',
  schema: { type: 'string', example: '1' },
  description: 'Number or UUID of the node.',
} as const;
