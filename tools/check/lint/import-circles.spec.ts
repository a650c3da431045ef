import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../os/config.ts';
import { circlesOf, foldersOf, importsOf } from './import-circles.ts';

const { workspaces } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { workspaces: string[] };
const isOutput = (path: string) => /(^|\/)(node_modules|dist)(\/|$)/.test(path);
const paths = workspaces.flatMap((project) => globSync(`${project}/**/*.ts`, { cwd: root, exclude: isOutput }));
const imports = importsOf(new Map(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')])));

/** A spec may look at anything; a fixture belongs to specs. */
const isOfService = (path: string) => /^(apps|libs)\//.test(path) && !/\.(spec|fixture)\.ts$/.test(path);

test('no file imports itself by way of others, types included', () => {
  expect(imports.size).toBeGreaterThan(1_000);
  expect(circlesOf(imports)).toEqual([]);
});

test('the folders of a service or library depend one way', () => {
  const own = new Map([...imports].filter(([path]) => isOfService(path)));
  expect(circlesOf(foldersOf(own))).toEqual([]);
});

test('a circle is seen, of types too, and so is one between folders alone', () => {
  const planted = importsOf(
    new Map([
      ['apps/shop/src/order/order.ts', "import type { Payment } from '../payment/payment';"],
      ['apps/shop/src/payment/payment.ts', "import { total } from './total';"],
      ['apps/shop/src/payment/total.ts', "import {\n  type Order,\n} from '../order/order';"],
      ['apps/shop/src/payment/refund.ts', "export { Payment } from './payment';"],
      ['apps/shop/src/printing/job.ts', "import { bytes } from '../image/bytes';"],
      ['apps/shop/src/image/image.ts', "const { Job } = await import('../printing/job');"],
      ['apps/shop/src/image/bytes.ts', "import { readFile } from 'node:fs/promises';"],
      ['apps/shop/src/shop.module.ts', "import { Job } from './printing/job';"],
    ]),
  );
  const [order, payment, total] = ['order/order', 'payment/payment', 'payment/total'].map(
    (name) => `apps/shop/src/${name}.ts`,
  );
  expect(circlesOf(planted)).toEqual([[order, payment, total]]);
  expect(circlesOf(foldersOf(planted))).toEqual([
    ['apps/shop/src/order', 'apps/shop/src/payment'],
    ['apps/shop/src/image', 'apps/shop/src/printing'],
  ]);
});
