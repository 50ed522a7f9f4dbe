#!/usr/bin/env node
// Makes `npm start`, `npm test` and the other commands work in a fresh clone: installs the packages when the lock file
// is newer than the last install, generates the Prisma client and builds when a source is newer than the last build.
// Runs on any Node from 20.19, before Node 24 (a dependency) is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamps = join(root, 'node_modules', '.cache', 'panel');
const bin = join(root, 'node_modules', '.bin');

function run(command, args) {
  const environment = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
    // `prisma generate` looks for an engine that it does not use; any executable satisfies it.
    PRISMA_SCHEMA_ENGINE_BINARY: process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
  };
  const { status } = spawnSync(command, args, {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error(`prepare: "${command} ${args.join(' ')}" failed`);
    process.exit(status ?? 1);
  }
}

function* filesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'generated') yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

function digest(paths) {
  const hash = createHash('sha256');
  for (const path of paths.filter(existsSync).sort()) {
    const files = statSync(path).isDirectory() ? [...filesBelow(path)].sort() : [path];
    for (const file of files) hash.update(file).update(readFileSync(file));
  }
  return hash.digest('hex');
}

// A step runs again only when what it reads has changed since it last succeeded.
function step(name, inputs, outputs, message, work) {
  const stamp = join(stamps, `${name}.sha256`);
  const now = digest(inputs.map((path) => join(root, path)));
  const done = existsSync(stamp) && readFileSync(stamp, 'utf8') === now;
  if (done && outputs.every((path) => existsSync(join(root, path)))) return;
  console.error(message);
  work();
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, now);
}

step('install', ['package.json', 'package-lock.json'], ['node_modules/.bin'], 'Installing packages …', () => {
  // No package needs its install script: native parts come as packages of their own.
  run('npm', ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--loglevel=error', '--no-progress']);
});
step(
  'generate',
  ['package-lock.json', 'prisma/schema'],
  ['src/generated/prisma'],
  'Generating the database client …',
  () => {
    run('prisma', ['generate']);
  },
);
const buildInputs = [
  'package-lock.json',
  'prisma/schema',
  'src',
  'nest-cli.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'scripts/openapi.mjs',
];
step('build', buildInputs, ['dist/main.js', 'dist/openapi.json'], 'Building …', () => {
  rmSync(join(stamps, 'build.tsbuildinfo'), { force: true });
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  run('nest', ['build']);
  run('node', ['scripts/openapi.mjs']);
});
