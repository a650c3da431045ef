/**
 * The bank as strangers see it: python3-zeep, PHP's SoapClient and xmlsec1 do every operation of it (apps/bank/foreign). They come from
 * Debian, where this may install them; elsewhere nothing is asked, which is not the same as passed.
 */
import { join } from 'node:path';
import { root } from '../engines/config.ts';
import type { Check } from './check.ts';
import { run, runNode } from './command.ts';
import { forgetCounts, readCounts, sumCounts } from './counts.ts';
import { withTestEngines } from './test-engines.ts';

/** Each with the question that only an installed one answers. */
const toolkits: readonly { packages: readonly string[]; ask: readonly [string, ...string[]] }[] = [
  { packages: ['python3-zeep', 'python3-xmlsec'], ask: ['/usr/bin/python3', '-c', 'import zeep, xmlsec'] },
  { packages: ['php-cli', 'php-soap'], ask: ['php', '-r', 'exit(class_exists("SoapClient") ? 0 : 1);'] },
  { packages: ['xmlsec1'], ask: ['xmlsec1', '--version'] },
];

async function missing(signal: AbortSignal): Promise<string[]> {
  const asked = toolkits.map(async ({ packages, ask: [program, ...args] }) => {
    const { code } = await run(program, args, { signal }).catch(() => ({ code: 1 }));
    return code === 0 ? [] : packages;
  });
  return (await Promise.all(asked)).flat();
}

/** Answers what is still missing. Debian's lists may be old or absent, so they are fetched when the first try fails. */
async function install(packages: readonly string[], signal: AbortSignal): Promise<string[]> {
  if (process.getuid?.() !== 0) return [...packages];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const aptGet = (...args: string[]) => run('apt-get', args, { env, signal }).catch(() => ({ code: 1 }));
  const attempt = () => aptGet('install', '-y', '--no-install-recommends', ...packages);
  if ((await attempt()).code !== 0) {
    await aptGet('update');
    await attempt();
  }
  return missing(signal);
}

export const foreignToolkits: Check = {
  name: 'foreign toolkits at the bank',
  run: async (signal, say) => {
    const absent = await missing(signal);
    if (absent.length > 0) say(`installing ${absent.join(', ')}`);
    const stillAbsent = absent.length > 0 ? await install(absent, signal) : [];
    if (stillAbsent.length > 0)
      return { passed: 0, failed: 0, output: '', skipped: `apt-get install ${stillAbsent.join(' ')} (as root) first` };
    forgetCounts('foreign');
    const jest = join(root, 'node_modules/jest/bin/jest.js');
    const { code, output } = await withTestEngines(signal, (env) =>
      runNode(jest, [], { cwd: join(root, 'apps/bank'), env: { ...env, TIER: 'foreign' }, signal }),
    );
    return { ...sumCounts(readCounts('foreign'), code), output };
  },
};
