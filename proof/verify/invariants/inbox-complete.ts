import { retention } from '@halftone/contracts';
import { all, each, isKept, type Finding, type Invariant, type Snapshot } from '../invariant.ts';
import { dutiesOf, excused, groups, inboxesOf } from './consumption.ts';

const aDayMs = 24 * 3600 * 1000;
/** Rows of the inbox are deleted when they are older than that. */
const rememberedMs = retention.platformTables.inbox.days * aDayMs;

function judgeGroup(group: string, snapshot: Snapshot): Finding {
  const { records, rows } = snapshot;
  const now = rows.clock[0]?.now.getTime() ?? 0;
  const duties = dutiesOf(group, records);
  const seen = inboxesOf(snapshot).get(group) ?? new Set<string>();
  const elsewhere = excused(group, snapshot);
  const known = new Set(duties.map(({ id }) => id));
  const isRecent = ({ time }: { time: Date }) => isKept(time, records) && now - time.getTime() < rememberedMs - aDayMs;
  return all(
    each(duties.filter(isRecent), ({ id, type, subject, key }) => {
      const inbox = seen.has(id);
      const instead = elsewhere.get(id) ?? null;
      return inbox === (instead === null) ? undefined : { group, event: { id, type, subject, key }, inbox, instead };
    }),
    each(records.keptSince ? [] : [...seen], (eventId) =>
      known.has(eventId) ? undefined : { group, inbox: eventId, event: null },
    ),
  );
}

export const inboxComplete: Invariant = {
  name: 'inbox-complete',
  says: 'Each consumer group has each of its events in exactly one place: inbox, dead letters or parked events; it has no other events.',
  reads: ['inbox', 'parked', 'dead letters', 'topic orders', 'topic payments', 'topic images', 'clock'],
  shows: 'group, event {id, type, subject, key}, inbox, instead | group, inbox, event',
  settles: true,
  judge: (snapshot) => all(...groups.map((group) => judgeGroup(group, snapshot))),
};
