/** From inside every pod to every port of every other: it connects exactly where the picture has an arrow. */
import type { World, Phase } from '../world.ts';
import { isForeign, outsider } from '../network/arrows.ts';
import { ask } from '../network/ask.ts';
import { withGuests, type Guest } from '../network/guests.ts';
import { connected, judge, type Place, type Tried } from '../network/matrix.ts';
import { outside, withOutside } from '../network/outside.ts';
import { asSource, lookInside, survey, type Inside, type Survey } from '../network/survey.ts';
import { imageWithNode } from '../release-image.ts';

/** Not more than a screen of a long list. */
const listed = (lines: readonly string[]): string =>
  [`${lines.length}:`, ...lines.slice(0, 20), ...(lines.length > 20 ? ['…'] : [])].join('\n');

/** Rejects with the lines when there are any. */
function none(what: string, lines: readonly string[]): void {
  if (lines.length > 0) throw new Error(`${what} ${listed(lines)}`);
}

/** Of the places outside, those that a pod without a policy reaches: the others would show nothing. */
async function reachable({ target }: World, guests: Guest[], places: Place[], image: string): Promise<Place[]> {
  const control = guests.find(({ component }) => component === outsider);
  if (!control) throw new Error('there is no control pod');
  const { outcomes } = await ask(target, asSource(control), { places, names: [] }, image);
  return places.filter((_, i) => outcomes[i] === 'connected');
}

const byForeigner = ({ source }: Tried): boolean => isForeign(source.component);
const toOutside = ({ place }: Tried): boolean => place.component === outside;

async function judgeAll({ report }: World, { tried, unresolved }: Survey, inside: Inside): Promise<void> {
  const components = [...new Set(inside.sources.map(({ component }) => component))].filter((one) => !isForeign(one));
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

async function judgeOutside({ report }: World, { tried }: Survey, open: readonly Place[]): Promise<void> {
  await report.check('no pod reaches what is outside', () => {
    if (open.length === 0) throw new Error('a pod without a policy reaches nothing outside either: this shows nothing');
    const attempts = tried.filter((one) => toOutside(one) && !byForeigner(one));
    none('connections that must not be', judge(attempts, []).leaks);
    const where = open.map(({ name, host, port }) => `${name} at ${host}:${port}`).join(', ');
    return `${attempts.length} tried in vain; a pod without a policy reaches ${where}`;
  });
}

async function askEverybody(world: World, image: string, guests: Guest[], places: Place[]): Promise<void> {
  const { target, report } = world;
  const open = await reachable(world, guests, places, image);
  const found = await lookInside(target);
  const inside = { ...found, sources: [...found.sources, ...guests.map(asSource)], places: [...found.places, ...open] };
  let surveyed: Survey | undefined;
  await report.check('every pod is asked for every place', async () => {
    surveyed = await survey(target, inside, image);
    const { tried } = surveyed;
    const [pods, answers] = [inside.sources.length, tried.filter(connected).length];
    return `${pods} pods, ${inside.places.length} places: ${tried.length} tries, ${answers} connected`;
  });
  if (!surveyed) return;
  await judgeAll(world, surveyed, inside);
  await judgeOutside(world, surveyed, open);
}

export const network: Phase = {
  name: 'network',
  title: 'who can talk to whom, tried from inside',
  needsRelease: true,
  run: async (world) => {
    const image = await imageWithNode(world.target);
    await withGuests(world.target, image, (guests) =>
      withOutside(image, (places) => askEverybody(world, image, guests, places)),
    );
  },
};
