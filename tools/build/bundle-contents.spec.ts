import { contentsFile, packagesIn } from './bundle-contents.ts';

const bytes = (bytesInOutput: number) => ({ bytesInOutput });

test('a package is in the bundle when some of its code is', () => {
  expect(
    packagesIn({
      'apps/orders/dist/main.js': bytes(100),
      'node_modules/kafkajs/index.js': bytes(10),
      'node_modules/kafkajs/src/broker.js': bytes(10),
      'node_modules/@nestjs/core/index.js': bytes(10),
      'node_modules/a/node_modules/@b/c/lib/d.js': bytes(10),
    }),
  ).toEqual(['node_modules/@nestjs/core', 'node_modules/a/node_modules/@b/c', 'node_modules/kafkajs']);
});

test.each([
  ['shaken off', { 'node_modules/rxjs/index.js': bytes(0) }],
  ['replaced by a stand-in', { 'left-out:node-fetch': bytes(90) }],
  ['the workspace itself', { 'libs/kafka/dist/index.js': bytes(90) }],
])('what is %s is not', (_, inputs) => {
  expect(packagesIn(inputs)).toEqual([]);
});

test('the list is next to the bundle', () => {
  expect(contentsFile('apps/orders/bundle/main.js')).toBe('apps/orders/bundle/main.packages.json');
});
