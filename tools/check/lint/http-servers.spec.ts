import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../os/config.ts';

const sources = globSync(['apps/*/src/**/*.ts', 'libs/*/src/**/*.ts'], { cwd: root }).filter(
  (file) => !/\.(spec|fixture)\.ts$|^libs\/(testing|local)\//.test(file),
);
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const mains = globSync('apps/*/src/main.ts', { cwd: root });

/** Whatever opens a port for HTTP by itself. */
const opensServer = /\b(createServer|createSecureServer|FastifyAdapter)\(|\bnew (Http|Https)?Server\(/;

test.each([
  ['libs/service/src/http-edge.ts', 'the one factory'],
  ['apps/realtime/src/connection/tls.http.ts', 'a second port, which answers as the first does'],
  ['libs/service/src/run-processes.ts', 'no HTTP: it asks for a free port'],
  ['libs/service/src/metrics-server.ts', 'a port for metrics alone, which no route leads to'],
  ['libs/grpc/src/grpc-server.ts', 'gRPC'],
])('%s may open a server: %s', (file) => {
  expect(read(file)).toMatch(opensServer);
});

test('no other source opens a server of its own, which would not have the edge rules', () => {
  expect(sources.length).toBeGreaterThan(300);
  expect(sources.filter((file) => opensServer.test(read(file))).toSorted()).toEqual([
    'apps/realtime/src/connection/tls.http.ts',
    'libs/grpc/src/grpc-server.ts',
    'libs/service/src/http-edge.ts',
    'libs/service/src/metrics-server.ts',
    'libs/service/src/run-processes.ts',
  ]);
});

test('the second port of realtime answers what Node would answer itself as the first does', () => {
  expect(read('apps/realtime/src/connection/tls.http.ts')).toMatch(/answerUnsupportedRequests\(server\)/);
});

test.each(mains)('%s runs its process by the one function that makes the server', (main) => {
  expect(read(main)).toMatch(/\b(runService|runProcesses)\(/);
});

test('every app is a process', () => {
  expect(mains.length).toBeGreaterThan(5);
});
