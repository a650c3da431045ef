// Lints each case of violations.json as if it stood in the named file; prints [{rule, by, says, fired}] as JSON.
// A process of its own: ESLint's configuration is an ES module, which Jest cannot load.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import nx from '@nx/devkit';
import { ESLint } from 'eslint';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const cases = JSON.parse(readFileSync(new URL('violations.json', import.meta.url), 'utf8'));
await nx.createProjectGraphAsync(); // the boundaries rule reads the cached graph and is silent without one
const eslint = new ESLint({ cwd: root });

const judged = [];
for (const { rule, file, code, by, says = '' } of cases) {
  const [result] = await eslint.lintText(`${code}\n`, { filePath: `${root}/${file}` });
  judged.push({ rule, by, says, fired: result.messages.map(({ ruleId, message }) => ({ by: ruleId, message })) });
}
process.stdout.write(JSON.stringify(judged));
