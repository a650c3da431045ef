import { all, each, groupBy, type Invariant } from '../invariant.ts';

export const channelGapless: Invariant = {
  name: 'channel-gapless',
  says: 'The notifications of each channel are numbered 1..n without gaps, and the channel stores n.',
  reads: ['channels', 'notifications'],
  shows: 'channel, expected, found | channel, lastSeq, notifications',
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
