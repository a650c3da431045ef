/**
 * gRPC health and reflection read .proto files from beside themselves, where a bundle has none: their text moves into it.
 * A new version of theirs that reads otherwise fails the build, not the first health check in production.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';

interface Reader {
  file: string;
  /** How the package reads it, up to the options. */
  call: string;
  proto: string;
  /** Whether the package's own options keep snake_case. */
  keepCase: boolean;
}

const reflection = (version: string): Reader => ({
  file: `@grpc/reflection/build/src/implementations/reflection-${version}.js`,
  call: 'protoLoader.loadSync(protoPath, ',
  proto: `../../proto/grpc/reflection/${version}/reflection.proto`,
  keepCase: false,
});

const readers: readonly Reader[] = [
  reflection('v1'),
  reflection('v1alpha'),
  {
    file: 'grpc-health-check/build/src/health.js',
    call: "(0, proto_loader_1.loadSync)('health/v1/health.proto', ",
    proto: '../../proto/health/v1/health.proto',
    keepCase: true,
  },
];

async function inlined(path: string, { call, proto, keepCase }: Reader): Promise<string> {
  const source = await readFile(path, 'utf8');
  if (!source.includes(call)) throw new Error(`${path} no longer reads its .proto by ${call}`);
  const text = JSON.stringify(await readFile(join(dirname(path), proto), 'utf8'));
  const parsed = `require('protobufjs').parse(${text}, { keepCase: ${keepCase} }).root.toJSON()`;
  return source.replace(call, () => `require('@grpc/proto-loader').fromJSON(${parsed}, `);
}

export const inlinedProtos: Plugin = {
  name: 'inlined-protos',
  setup(build) {
    for (const reader of readers) {
      const filter = new RegExp(`${reader.file.replaceAll(/[./]/g, '[$&]')}$`);
      build.onLoad({ filter }, async ({ path }) => ({ contents: await inlined(path, reader), loader: 'js' }));
    }
  },
};
