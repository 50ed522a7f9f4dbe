const MAXIMUM_LENGTH = 2_048;

/**
 * Whether a notification may lead there: a path of the panel (one leading slash, so not `//elsewhere`) or an https
 * address without credentials in it. Browsers drop tabs and line ends in addresses and read a backslash as a slash, so
 * neither may be in it.
 */
export function isNotificationUrl(url: string): boolean {
  if (url.length > MAXIMUM_LENGTH || !/^[!-[\]-~]+$/.test(url)) return false;
  if (url.startsWith('/')) return !url.startsWith('//');
  if (!url.toLowerCase().startsWith('https://') || !URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username === '' && password === '';
}
