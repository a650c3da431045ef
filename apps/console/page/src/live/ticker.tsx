import type { FeedEvent, RealtimeClient } from '@halftone/client';
import { useEffect, useState } from 'react';

const eventsShown = 20;

/** What the signed-in customer is told, as it happens; and whether anything was missed or heard twice. */
export function Ticker({ client, channel }: { client: RealtimeClient; channel: string }) {
  const [events, setEvents] = useState<FeedEvent[]>([]);
  const [counts, setCounts] = useState({ gaps: 0, duplicates: 0 });
  useEffect(() => {
    const subscription = client.subscribe({
      channel,
      event(event) {
        setEvents((before) => [event, ...before].slice(0, eventsShown));
        setCounts({ gaps: subscription.gaps, duplicates: subscription.duplicates });
      },
    });
    return () => subscription.stop();
  }, [client, channel]);
  return (
    <section className="ticker" data-channel={channel} data-gaps={counts.gaps} data-duplicates={counts.duplicates}>
      <h2>{channel}</h2>
      <small>
        gaps {counts.gaps}, duplicates {counts.duplicates}
      </small>
      <ol>
        {events.map(({ id, seq, type, subject }) => (
          <li key={id}>
            <b>{seq}</b> {type} <small>{subject}</small>
          </li>
        ))}
      </ol>
    </section>
  );
}
