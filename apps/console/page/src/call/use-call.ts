import type { RealtimeClient } from '@halftone/client';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { Call, type CallView } from './call.ts';
import { testPicture } from './test-picture.ts';

const outside: CallView = { self: undefined, refusal: undefined, peers: [], words: [] };
const nothing = () => () => undefined;

export interface OngoingCall {
  call: Call | undefined;
  picture: MediaStream | undefined;
  view: CallView;
}

/** Is in the room as long as the component is there; another room is another call. */
export function useCall(client: RealtimeClient, customer: string, room: string): OngoingCall {
  const [ongoing, setOngoing] = useState<{ call: Call; picture: MediaStream }>();
  useEffect(() => {
    const { picture, stop } = testPicture(customer);
    const call = new Call(client, room, picture);
    const leave = () => call.leave();
    addEventListener('pagehide', leave);
    setOngoing({ call, picture });
    return () => {
      removeEventListener('pagehide', leave);
      leave();
      stop();
    };
  }, [client, customer, room]);
  const view = useSyncExternalStore(ongoing?.call.watch ?? nothing, ongoing?.call.now ?? (() => outside));
  return { call: ongoing?.call, picture: ongoing?.picture, view };
}
