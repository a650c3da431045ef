/** `node tools/bootstrap.mjs build`: compiles and bundles every app, if anything changed. */
import { buildAll } from './build.ts';

const say = (text: string) => process.stderr.write(`${text}\n`);

if (process.argv.includes('--help')) {
  say(
    'Compiles and bundles every app, if anything changed. --test: to apps/NAME/bundle-test, where bugs can be planted.',
  );
} else {
  const test = process.argv.includes('--test');
  await buildAll(new AbortController().signal, { test }).then(say, (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
}
