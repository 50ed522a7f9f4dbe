import 'reflect-metadata';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The built product: what the bench runs, and the parts of it that fill its database. */
export class Product {
  private constructor(
    /** Absolute folder of the build. */
    readonly folder: string,
    readonly configFrom: (typeof import('../../src/config/load-config.js'))['configFrom'],
    readonly openDatabase: (typeof import('../../src/prisma/open-database.js'))['openDatabase'],
    readonly Sealer: (typeof import('../../src/common/crypto/sealer.js'))['Sealer'],
    readonly digest: (typeof import('../../src/common/crypto/digest.js'))['digest'],
  ) {}

  /** Loads a build; the default is the one that `npm start` runs. */
  static async load(folder = resolve(import.meta.dirname, '../../dist')): Promise<Product> {
    const absolute = resolve(folder);
    const part = (path: string): Promise<unknown> => import(pathToFileURL(resolve(absolute, path)).href);
    const config = (await part('config/load-config.js')) as typeof import('../../src/config/load-config.js');
    const database = (await part('prisma/open-database.js')) as typeof import('../../src/prisma/open-database.js');
    const sealer = (await part('common/crypto/sealer.js')) as typeof import('../../src/common/crypto/sealer.js');
    const digest = (await part('common/crypto/digest.js')) as typeof import('../../src/common/crypto/digest.js');
    return new Product(absolute, config.configFrom, database.openDatabase, sealer.Sealer, digest.digest);
  }
}
