/** Machines that there are daemons for, as `uname -m` calls them. */
export const ARCHITECTURES = ['x86_64', 'aarch64'] as const;

export type Architecture = (typeof ARCHITECTURES)[number];
