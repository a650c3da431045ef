/**
 * Leaves out of a bundle what @apollo/gateway loads but this router never uses: its telemetry to Apollo with the detectors of four
 * clouds (switched off in the router's config.ts), its own HTTP client, and composition at run time. That is 25 MiB of memory in
 * the process and a third of its start. Each is replaced by a module whose members throw when they are called.
 */
import type { Plugin } from 'esbuild';

const unused = [
  '@apollo/composition',
  '@opentelemetry/exporter-metrics-otlp-http',
  '@opentelemetry/resource-detector-alibaba-cloud',
  '@opentelemetry/resource-detector-aws',
  '@opentelemetry/resource-detector-azure',
  '@opentelemetry/resource-detector-gcp',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-metrics',
  '@opentelemetry/semantic-conventions/incubating',
  'make-fetch-happen',
  'node-fetch',
];

const standIn = (name: string) => `
const refuse = () => { throw new Error(${JSON.stringify(`${name} is left out of this bundle`)}); };
module.exports = new Proxy({}, { get: (_, member) => member === '__esModule' || refuse });
`;

export const apolloLeftOut: Plugin = {
  name: 'apollo-left-out',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(${unused.join('|')})$`) }, ({ path, importer }) =>
      importer.includes('/@apollo/gateway/') ? { path, namespace: 'left-out' } : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'left-out' }, ({ path }) => ({ contents: standIn(path), loader: 'js' }));
  },
};
