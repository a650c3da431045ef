/** The states of an outbound queue. An event of the socket or a call of the owner ends every state but the last. */
export const outboundStates = [
  /** Accepts frames. */
  'open',
  /** More bytes than the limit are waiting. */
  'full',
  /** Closed by the owner: sends the rest and accepts nothing. */
  'closed',
  /** The socket's writing side has ended: its buffer is still sent, and it never emits `drain` again. */
  'ending',
  /** The socket is destroyed. */
  'destroyed',
] as const;

export type OutboundState = (typeof outboundStates)[number];

/** The allowed transitions; there is no way back from `closed`. */
export const transitions: Readonly<Record<OutboundState, readonly OutboundState[]>> = {
  open: ['full', 'closed', 'ending', 'destroyed'],
  full: ['open', 'closed', 'ending', 'destroyed'],
  closed: ['ending', 'destroyed'],
  ending: ['destroyed'],
  destroyed: [],
};

/** Whether a slow client is disconnected, or gets only the latest event of each subject. */
export type SlowConsumer = 'disconnect' | 'conflate';

/** An event may be dropped; a message or a heartbeat may not. */
export type FrameKind = 'event' | 'message';

/**
 * `wait`: not accepted; retry once the buffer has space. `overflow`: the client is disconnected. `drop`: the client will read nothing more,
 * so the caller must not wait for space.
 */
export type Answer = 'take' | 'wait' | 'overflow' | 'drop';

const inEvery = (answer: Answer): Record<SlowConsumer, Record<FrameKind, Answer>> => ({
  disconnect: { event: answer, message: answer },
  conflate: { event: answer, message: answer },
});

export const answers: Readonly<Record<OutboundState, Record<SlowConsumer, Record<FrameKind, Answer>>>> = {
  open: inEvery('take'),
  full: {
    disconnect: { event: 'overflow', message: 'overflow' },
    conflate: { event: 'wait', message: 'overflow' },
  },
  closed: inEvery('drop'),
  ending: inEvery('drop'),
  destroyed: inEvery('drop'),
};
