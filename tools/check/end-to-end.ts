/** The whole system, black box: e2e/ starts one when none runs and stops it again. */
import { join } from 'node:path';
import { root } from '../os/config.ts';
import type { Check } from './check.ts';
import { runNode } from './command.ts';
import { forgetCounts, readCounts, sumCounts } from './counts.ts';
import { chromium, installMissing } from './debian.ts';

export const endToEnd: Check = {
  name: 'end-to-end tests',
  run: async (signal, say) => {
    forgetCounts('e2e');
    const jest = join(root, 'node_modules/jest/bin/jest.js');
    const onLine = (line: string) => /^(PASS|FAIL|starting|ready|stopping)/.test(line) && say(line);
    const absent = await installMissing([chromium], signal, say);
    if (absent.length > 0) say(`without calls between browsers: apt-get install ${absent.join(' ')} (as root) first`);
    const args = absent.length > 0 ? ['--testPathIgnorePatterns', 'call.e2e'] : [];
    const { code, output } = await runNode(jest, args, {
      cwd: join(root, 'e2e'),
      env: { TIER: 'e2e' },
      signal,
      onLine,
    });
    return { ...sumCounts(readCounts('e2e'), code), output };
  },
};
