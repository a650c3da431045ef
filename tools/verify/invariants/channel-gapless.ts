import { all, each, groupBy, type Invariant } from '../invariant.ts';

/** The notifications of each channel are numbered 1..n without gap, and the channel knows n. */
export const channelGapless: Invariant = {
  name: 'channel-gapless',
  settles: false,
  judge: ({ rows }) => {
    const channels = new Map(rows.channels.map(({ name, lastSeq }) => [name, lastSeq]));
    const notifications = groupBy(rows.notifications, ({ channel }) => channel);
    const names = [...new Set([...channels.keys(), ...notifications.keys()])];
    return all(
      each(
        [...notifications.values()].flatMap((list) => [...list.entries()]),
        ([index, { channel, seq }]) => (seq === index + 1 ? undefined : { channel, expected: index + 1, found: seq }),
      ),
      each(names, (channel) => {
        const [lastSeq, count] = [channels.get(channel), notifications.get(channel)?.length ?? 0];
        return lastSeq === count ? undefined : { channel, lastSeq: lastSeq ?? null, notifications: count };
      }),
    );
  },
};
