import type { FeedEvent, RealtimeClient } from '@halftone/client';
import { useEffect, useState } from 'react';

const eventsShown = 20;

interface TickerProps {
  client: RealtimeClient;
  channel: string;
  /** Called with each event, or undefined after possible loss. A new function means a new subscription. */
  onEvent?: (event: FeedEvent | undefined) => void;
}

/** The live events of a channel, with counts of gaps and duplicates. */
export function Ticker({ client, channel, onEvent }: TickerProps) {
  const [events, setEvents] = useState<FeedEvent[]>([]);
  const [counts, setCounts] = useState({ gaps: 0, duplicates: 0 });
  useEffect(() => {
    const subscription = client.subscribe({
      channel,
      event(event) {
        setEvents((before) => [event, ...before].slice(0, eventsShown));
        setCounts({ gaps: subscription.gaps, duplicates: subscription.duplicates });
        onEvent?.(event);
      },
      reset: () => onEvent?.(undefined),
    });
    return () => subscription.stop();
  }, [client, channel, onEvent]);
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
