/** Tries every endpoint from every pod: it connects exactly where the table has an arrow. */
import type { PhaseContext, Phase } from '../phase.ts';
import { isForeign, outsider } from '../network/arrows.ts';
import { runProbe } from '../network/run-probe.ts';
import { withTestPods, type TestPod } from '../network/test-pods.ts';
import { connected, judge, type Endpoint, type Attempt } from '../network/connection-matrix.ts';
import { outside, withExternalListener } from '../network/outside.ts';
import { asSource, readRelease, survey, type ReleaseTargets, type Survey } from '../network/survey.ts';
import { imageWithNode } from '../release-image.ts';

/** Not more than a screen of a long list. */
const listed = (lines: readonly string[]): string =>
  [`${lines.length}:`, ...lines.slice(0, 20), ...(lines.length > 20 ? ['…'] : [])].join('\n');

/** Rejects with the lines when there are any. */
function none(what: string, lines: readonly string[]): void {
  if (lines.length > 0) throw new Error(`${what} ${listed(lines)}`);
}

/** Of the places outside, those that a pod without a policy reaches: the others would show nothing. */
async function reachable(
  { target }: PhaseContext,
  testPods: TestPod[],
  endpoints: Endpoint[],
  image: string,
): Promise<Endpoint[]> {
  const control = testPods.find(({ component }) => component === outsider);
  if (!control) throw new Error('there is no control pod');
  const { outcomes } = await runProbe(target, asSource(control), { endpoints, names: [] }, image);
  return endpoints.filter((_, i) => outcomes[i] === 'connected');
}

const byForeigner = ({ source }: Attempt): boolean => isForeign(source.component);
const toOutside = ({ endpoint }: Attempt): boolean => endpoint.component === outside;

async function judgeAll(
  { report }: PhaseContext,
  { tried, unresolved }: Survey,
  targets: ReleaseTargets,
): Promise<void> {
  const components = [...new Set(targets.sources.map(({ component }) => component))].filter((one) => !isForeign(one));
  const within = tried.filter((one) => !toOutside(one) && !byForeigner(one));
  const { asked, open, missing, leaks, untried } = judge(within, components);
  await report.check('every arrow connects', () => {
    none('arrows that do not connect', missing);
    none('arrows that nobody tried', untried);
    return `${open} connections along ${components.length} kinds of pod`;
  });
  await report.check('no other pair connects', () => {
    none('connections that must not be', leaks);
    return `${asked - open} tried in vain`;
  });
  await report.check('names resolve from every pod', () => none('lookups failed', unresolved));
  await report.check('who is no part of it reaches only the edges', () => {
    const judged = judge(
      tried.filter((one) => byForeigner(one) && !toOutside(one)),
      [],
    );
    none('connections that must not be', judged.leaks);
    return `${judged.open} to the edges, ${judged.asked - judged.open} tried in vain`;
  });
}

async function judgeOutside({ report }: PhaseContext, { tried }: Survey, open: readonly Endpoint[]): Promise<void> {
  await report.check('no pod reaches what is outside', () => {
    if (open.length === 0) throw new Error('a pod without a policy reaches nothing outside either: this shows nothing');
    const attempts = tried.filter((one) => toOutside(one) && !byForeigner(one));
    none('connections that must not be', judge(attempts, []).leaks);
    const where = open.map(({ name, host, port }) => `${name} at ${host}:${port}`).join(', ');
    return `${attempts.length} tried in vain; a pod without a policy reaches ${where}`;
  });
}

async function probeEverything(
  context: PhaseContext,
  image: string,
  testPods: TestPod[],
  endpoints: Endpoint[],
): Promise<void> {
  const { target, report } = context;
  const open = await reachable(context, testPods, endpoints, image);
  const found = await readRelease(target);
  const targets = {
    ...found,
    sources: [...found.sources, ...testPods.map(asSource)],
    endpoints: [...found.endpoints, ...open],
  };
  let surveyed: Survey | undefined;
  await report.check('every endpoint is tried from every pod', async () => {
    surveyed = await survey(target, targets, image);
    const { tried } = surveyed;
    const [pods, answers] = [targets.sources.length, tried.filter(connected).length];
    return `${pods} pods, ${targets.endpoints.length} endpoints: ${tried.length} tries, ${answers} connected`;
  });
  if (!surveyed) return;
  await judgeAll(context, surveyed, targets);
  await judgeOutside(context, surveyed, open);
}

export const network: Phase = {
  name: 'network',
  title: 'who can talk to whom, tried from inside',
  needsRelease: true,
  run: async (context) => {
    const image = await imageWithNode(context.target);
    await withTestPods(context.target, image, (testPods) =>
      withExternalListener(image, (endpoints) => probeEverything(context, image, testPods, endpoints)),
    );
  },
};
