import type { RunState } from '@halftone/tools/os/run-state.ts';
import type { Progress, Step } from '@halftone/tools/terminal/progress.ts';
import { takeTour } from './tour-phase.ts';

jest.mock('./tour.ts', () => ({
  runTour: (_system: unknown, report: (step: Step) => void) => {
    report({ step: 'upload', ok: true, ms: 1, detail: '' });
    interruption.abort();
    return new Promise((resolve) =>
      setTimeout(() => {
        report({ step: 'order', ok: false, ms: 1, detail: 'connect ECONNREFUSED' });
        resolve({ ok: false, lost: 0, duplicated: 0 });
      }, 50),
    );
  },
}));

const interruption = new AbortController();

test('a tour that is interrupted has not failed: its end and the steps it can no longer take are not shown', async () => {
  const shown: string[] = [];
  const step = ({ step: name }: Step) => shown.push(name);
  const watch = <Result>(_name: string, work: (describe: () => void) => Promise<Result>) => work(() => undefined);
  const progress = { step, watch, note: (text: string) => shown.push(text) } as unknown as Progress;
  const run = { services: [], urls: {} } as unknown as RunState;
  expect(await takeTour(run, progress, interruption.signal)).toMatchObject({ ok: false });
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(shown).toEqual(['upload', 'the tour was interrupted']);
});
