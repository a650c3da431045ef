/**
 * `nx g ./tools/generators:service gift-cards`: a service that keeps one kind of thing in PostgreSQL and answers over gRPC, and through
 * the gateway over REST. Everything is decided before anything is written: a name that is taken, or a file that has changed so much
 * that a line finds no place, leaves the tree as it was.
 */
import { generateFiles, type Tree } from '@nx/devkit';
import { join } from 'node:path';
import { generateContracts } from '../../build/contracts.ts';
import { editsOf } from './edits.ts';
import { namesOf, type Names } from './names.ts';
import { changed } from './text-edit.ts';

export interface ServiceOptions {
  name: string;
  entity?: string;
}

const templates = join(import.meta.dirname, 'files');

export default async function service(tree: Tree, { name, entity }: ServiceOptions): Promise<() => Promise<void>> {
  const names = namesOf(name, entity);
  assertFree(tree, names);
  generateFiles(tree, templates, '.', { ...names });
  for (const [file, changes] of Object.entries(editsOf(names))) edit(tree, file, changes);
  await formatAll(tree);
  return async () => {
    await generateCode(tree.root);
    process.stdout.write(nextSteps(names));
  };
}

/** `./halftone generate` cannot: it imports the contracts, which name the new code already. */
async function generateCode(root: string): Promise<void> {
  const { code, output } = await generateContracts(root, new AbortController().signal);
  if (code !== 0) throw new Error(`buf generate failed: ${output}`);
}

function assertFree(tree: Tree, { name, nameSnake, entity, ENTITY }: Names): void {
  for (const place of ['apps', 'libs', '.']) {
    if (tree.exists(join(place, name))) throw new Error(`${name} exists already: ${join(place, name)}`);
  }
  const files = [
    `proto/halftone/${nameSnake}`,
    `libs/kernel/src/permissions/${name}.ts`,
    `e2e/src/permissions/${name}.probes.ts`,
    `apps/gateway/src/${entity}`,
  ];
  for (const file of files) if (tree.exists(file)) throw new Error(`${name} cannot be made: there is ${file} already`);
  const errors = tree.read('libs/kernel/src/errors.ts', 'utf8') ?? '';
  if (errors.includes(` ${ENTITY}_NOT_FOUND:`))
    throw new Error(`${entity} is taken: there is ${ENTITY}_NOT_FOUND already; choose another --entity`);
  const routes = tree.read('docs/permissions.md', 'utf8') ?? '';
  if (new RegExp(`REST \\w+ /v1/${name}[\`/]`).test(routes))
    throw new Error(`${name} is taken: the gateway has /v1/${name}`);
}

function edit(tree: Tree, file: string, changes: Parameters<typeof changed>[1]): void {
  const text = tree.read(file, 'utf8');
  if (text === null) throw new Error(`${file} is missing`);
  try {
    tree.write(file, changed(text, changes));
  } catch (error) {
    throw new Error(
      `${file} has changed, so the generator must too (tools/generators/service/edits.ts): ${String(error)}`,
    );
  }
}

/** npm and people write the others in their own way. */
const isFormatted = (path: string) => /\.(ts|json|yaml)$/.test(path) && path !== 'package-lock.json';

async function formatAll(tree: Tree): Promise<void> {
  // Slow to load, and of no use when a name is refused.
  const { format, resolveConfig } = await import('prettier');
  const options = await resolveConfig(join(tree.root, 'package.json'));
  for (const { path, content, type } of tree.listChanges()) {
    if (type === 'DELETE' || !isFormatted(path)) continue;
    tree.write(path, await format(content?.toString() ?? '', { ...options, filepath: path }));
  }
}

const nextSteps = ({ name, nameSnake, entity }: Names): string => `
The service ${name} is there. What is left:
  npm install                    links it
  ./halftone generate            dashboards, the chart's page
  npx tsc -b && npm run lint
  npx nx test ${name}
  npx nx test-int ${name}        on engines: ./halftone engines --test --detach
  npm start                      then curl http://127.0.0.1:8080/v1/${name} with a token
Give it rules of its own in apps/${name}/src/${entity}/${entity}.ts, and fields in proto/halftone/${nameSnake}/v1/${nameSnake}.proto.
`;
