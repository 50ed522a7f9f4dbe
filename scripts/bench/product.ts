import 'reflect-metadata';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

type LoadConfig = typeof import('../../src/config/load-config.js');
type OpenDatabase = typeof import('../../src/prisma/open-database.js');
type Sealing = typeof import('../../src/common/crypto/sealer.js');
type Nodes = typeof import('../../src/nodes/directory/node-secrets.js');

/** The built product: the folder that the bench runs, and the parts of it that fill its database. */
export type Product = Pick<LoadConfig, 'configFrom'> &
  Pick<OpenDatabase, 'openDatabase'> &
  Pick<Sealing, 'Sealer'> &
  Pick<Nodes, 'NodeSecrets'> & { readonly folder: string };

/** Loads a build; the default is the one that `npm start` runs. */
export async function loadProduct(dist = resolve(import.meta.dirname, '../../dist')): Promise<Product> {
  const folder = resolve(dist);
  const part = <Part>(path: string): Promise<Part> =>
    import(pathToFileURL(resolve(folder, path)).href) as Promise<Part>;
  const { configFrom } = await part<LoadConfig>('config/load-config.js');
  const { openDatabase } = await part<OpenDatabase>('prisma/open-database.js');
  const { Sealer } = await part<Sealing>('common/crypto/sealer.js');
  const { NodeSecrets } = await part<Nodes>('nodes/directory/node-secrets.js');
  return { folder, configFrom, openDatabase, Sealer, NodeSecrets };
}
