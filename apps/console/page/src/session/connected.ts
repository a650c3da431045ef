import { RealtimeClient } from '@halftone/client';
import { useEffect, useState } from 'react';
import { realtimeUrls } from './page-config.ts';
import type { Session } from './session.ts';

export interface Connected {
  client: RealtimeClient;
  /** Whether the connection is open. */
  isOpen: boolean;
}

/** The page's single connection to realtime; it reconnects to any replica by itself. */
export function useConnected(session: Session): Connected | undefined {
  const [client, setClient] = useState<RealtimeClient>();
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const aborted = new AbortController();
    let opened: RealtimeClient | undefined;
    void realtimeUrls(aborted.signal).then((urls) => {
      if (!urls || aborted.signal.aborted) return;
      opened = clientOf(session, urls);
      opened.on('open', () => setOpen(true));
      opened.on('cut', () => setOpen(false));
      setClient(opened);
      opened.connect();
    });
    return () => {
      aborted.abort();
      // React does not wait for a cleanup.
      void opened?.close();
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
