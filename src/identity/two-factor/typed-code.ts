/** A code as it was meant: people type spaces and dashes between groups, and capital letters. */
export const typed = (text: string): string => text.replace(/[\s-]/g, '').toLowerCase();
