/**
 * Tests the edges with independent toolkits. They are installed from Debian, npm and the Python index where that is allowed;
 * elsewhere the check is skipped, which is not the same as passed.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@halftone/tools/os/config.ts';
import type { Check } from '@halftone/tools/check/check.ts';
import { run, runNode } from '@halftone/tools/check/command.ts';
import { forgetCounts, readCounts, sumCounts } from '@halftone/tools/check/counts.ts';
import { installMissing, type Toolkit } from '@halftone/tools/check/debian.ts';
import { withTestEngines } from '@halftone/tools/check/test-engines.ts';
import { soap, streams } from './toolkits.ts';

const ofPython = ['websockets==17.4', 'httpx==0.28.1', 'httpx-sse==0.4.3'];
const python = join(root, '.halftone/foreign-python');

/** The tier `foreign` of one app. `prepare` answers what is missing. */
const foreign = (
  name: string,
  app: string,
  prepare: (signal: AbortSignal, say: (text: string) => void) => Promise<string | undefined>,
): Check => ({
  name,
  run: async (signal, say) => {
    const skipped = await prepare(signal, say);
    if (skipped) return { passed: 0, failed: 0, output: '', skipped };
    forgetCounts('foreign');
    const jest = join(root, 'node_modules/jest/bin/jest.js');
    const { code, output } = await withTestEngines(signal, (env) =>
      runNode(jest, [], { cwd: join(root, 'apps', app), env: { ...env, TIER: 'foreign' }, signal }),
    );
    return { ...sumCounts(readCounts('foreign'), code), output };
  },
});

const debian =
  (toolkits: readonly Toolkit[]) =>
  async (signal: AbortSignal, say: (text: string) => void): Promise<string | undefined> => {
    const absent = await installMissing(toolkits, signal, say);
    return absent.length > 0 ? `apt-get install ${absent.join(' ')} (as root) first` : undefined;
  };

/** With a Python of its own, so that nothing of the machine's is changed. */
async function streamClients(signal: AbortSignal, say: (text: string) => void): Promise<string | undefined> {
  const absent = await debian(streams)(signal, say);
  if (absent) return absent;
  if (!existsSync(join(python, 'bin/pip'))) await run('python3', ['-m', 'venv', python], { signal });
  const pip = ['install', '--quiet', '--disable-pip-version-check', ...ofPython];
  const { code, output } = await run(join(python, 'bin/pip'), pip, { signal }).catch((error: Error) => ({
    code: 1,
    output: error.message,
  }));
  return code === 0 ? undefined : `pip cannot install ${ofPython.join(' ')}: ${output.trim().split('\n').at(-1)}`;
}

export const toolkitsAtBank: Check = foreign('foreign toolkits at the bank', 'bank', debian(soap));

export const clientsAtRealtime: Check = foreign('foreign clients at realtime', 'realtime', streamClients);
