import type { RealtimeClient } from '@halftone/client';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { Call, type CallView } from './call.ts';
import { testVideo } from './test-video.ts';

const notJoined: CallView = { self: undefined, refusal: undefined, peers: [], messages: [] };
const noSubscription = () => () => undefined;

export interface OngoingCall {
  call: Call | undefined;
  video: MediaStream | undefined;
  view: CallView;
}

/** Stays in the room while the component is mounted; another room is another call. */
export function useCall(client: RealtimeClient, customer: string, room: string): OngoingCall {
  const [ongoing, setOngoing] = useState<{ call: Call; video: MediaStream }>();
  useEffect(() => {
    const { video, stop } = testVideo(customer);
    const call = new Call(client, room, video);
    const leave = () => call.leave();
    addEventListener('pagehide', leave);
    setOngoing({ call, video });
    return () => {
      removeEventListener('pagehide', leave);
      leave();
      stop();
    };
  }, [client, customer, room]);
  const view = useSyncExternalStore(
    ongoing?.call.subscribe ?? noSubscription,
    ongoing?.call.snapshot ?? (() => notJoined),
  );
  return { call: ongoing?.call, video: ongoing?.video, view };
}
