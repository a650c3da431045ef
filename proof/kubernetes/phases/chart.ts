/** Checks without a cluster: the chart renders, refuses wrong values, and its alert rules pass their tests. */
import { checkChart } from '@halftone/tools/chart/check-chart.ts';
import { findPromtool, judgeRules } from '@halftone/tools/chart/dashboards/promtool.ts';
import { stale } from '@halftone/tools/chart/dashboards/files.ts';
import type { Phase } from '../phase.ts';

async function chartHolds(): Promise<string> {
  const lines: string[] = [];
  const { passed, failed } = await checkChart((line) => lines.push(line));
  if (failed > 0) {
    // A complaint stands below the line it belongs to.
    const complaints = lines.filter((line) => !line.startsWith('✔'));
    throw new Error([`${failed} of ${passed + failed} failed:`, ...complaints].join('\n'));
  }
  if (passed === 0) throw new Error('nothing was asked');
  return `${passed} questions: lint, bad values, what is rendered, hardening, policies`;
}

async function rulesHold(): Promise<string> {
  const { ok, output } = await judgeRules(await findPromtool());
  if (!ok) throw new Error(output.trim());
  return output.match(/\d+ rules found/g)?.join(', ') ?? output.trim().split('\n')[0] ?? '';
}

export const chart: Phase = {
  name: 'chart',
  title: 'the chart and its rules, without a cluster',
  needsRelease: false,
  run: async ({ report }) => {
    await report.check('the chart', chartHolds);
    await report.check('promtool check rules, test rules', rulesHold);
    await report.check('dashboards are what their source gives', () => {
      const names = stale();
      if (names.length > 0) throw new Error(`stale: ${names.join(' ')}: ./halftone generate dashboards`);
    });
  },
};
