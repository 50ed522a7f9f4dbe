/** Why the panel cannot start, in words for the person who starts it; needs no stack. */
export class StartError extends Error {}
