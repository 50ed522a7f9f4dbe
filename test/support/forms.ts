import { FormData } from 'undici';

/** A multipart form: bytes become files with a name and type that a client might send, texts stay texts. */
export function formOf(
  fields: Readonly<Record<string, Uint8Array | string>>,
  { filename = 'picture.png', type = 'image/png' }: { filename?: string; type?: string } = {},
): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, new File([new Uint8Array(value)], filename, { type }));
  }
  return form;
}
