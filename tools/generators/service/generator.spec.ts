import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { root } from '../../os/config.ts';
import service, { type ServiceOptions } from './generator.ts';

const files = ['apps/payments/package.json', 'libs/kernel/src/errors.ts', 'docs/permissions.md'];

/** With these files of the project alone. */
function treeOf(...more: readonly string[]) {
  const tree = createTreeWithEmptyWorkspace();
  for (const file of files) tree.write(file, readFileSync(join(root, file)));
  for (const file of more) tree.write(file, '');
  return tree;
}

const taken: readonly (readonly [ServiceOptions, string])[] = [
  [{ name: 'payments' }, 'payments exists already: apps/payments'],
  [{ name: 'kernel', entity: 'seed' }, 'kernel exists already: libs/kernel'],
  [{ name: 'photos', entity: 'image' }, 'image is taken: there is IMAGE_NOT_FOUND already'],
  [{ name: 'transfers', entity: 'gift' }, 'transfers is taken: the gateway has /v1/transfers'],
  [{ name: 'rows', entity: 'row-of-a-table' }, 'rows cannot be made: there is proto/halftone/rows already'],
];

test.each(taken)('%j is refused, and nothing is written', async (options, reason) => {
  const tree = treeOf('proto/halftone/rows/v1/rows.proto');
  const before = tree.listChanges().length;
  await expect(service(tree, options)).rejects.toThrow(reason);
  expect(tree.listChanges()).toHaveLength(before);
});

test('a file that has changed too much is named with what was not found in it', async () => {
  const tree = treeOf('tsconfig.json');
  tree.write('tsconfig.json', '{ "references": [] }');
  tree.write('package-lock.json', '{ "packages": {} }');
  tree.write('README.md', 'another page');
  await expect(service(tree, { name: 'gift-cards' })).rejects.toThrow(
    /^README\.md has changed.*edits\.ts.*there is no /,
  );
});
