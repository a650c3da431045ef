import { RealtimeClient } from '@halftone/client';
import { useEffect, useState } from 'react';
import type { Session } from './session.ts';

export interface Connected {
  client: RealtimeClient;
  /** Whether events reach the page now. */
  isOpen: boolean;
}

/** The one connection of the page to the realtime service, which comes back by itself wherever a replica is. */
export function useConnected(session: Session): Connected | undefined {
  const [client, setClient] = useState<RealtimeClient>();
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const aborted = new AbortController();
    let opened: RealtimeClient | undefined;
    void realtimeUrls(aborted.signal).then((urls) => {
      if (aborted.signal.aborted) return;
      opened = clientOf(session, urls);
      opened.on('open', () => setOpen(true));
      opened.on('cut', () => setOpen(false));
      setClient(opened);
      opened.connect();
    });
    return () => {
      aborted.abort();
      opened?.close();
    };
  }, [session]);
  return client && { client, isOpen };
}

const clientOf = (session: Session, urls: string[]): RealtimeClient =>
  new RealtimeClient({
    urls,
    token: () => session.token(),
    ticket: () => session.ticket(),
    storage: sessionStorage,
  });

async function realtimeUrls(signal: AbortSignal): Promise<string[]> {
  const answer = await fetch('/console/config.json', { signal });
  const { realtime } = (await answer.json()) as { realtime: string[] };
  return realtime;
}
