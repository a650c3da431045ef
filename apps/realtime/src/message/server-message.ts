/** The messages to a WebSocket client, except events, which are encoded once for all clients. */
export type ServerMessage =
  | { type: 'subscribed'; channel: string; cursor: string }
  | { type: 'unsubscribed'; channel: string }
  | { type: 'snapshot'; channel: string; cursor: string; events: readonly PublicEvent[] }
  | { type: 'reset'; channel: string; cursor: string }
  | {
      type: 'error';
      code: string;
      message: string;
      channel?: string;
      errors?: readonly { path: string; message: string }[];
    }
  | { type: 'pong' }
  | { type: 'goodbye'; reconnectInMs: number }
  | { type: 'session'; id: string | null; resumed: readonly { channel: string; cursor: string }[] }
  | { type: 'expiring'; inMs: number }
  | { type: 'cancelling'; imageId: string }
  | { type: 'chat.joined'; room: string; members: readonly string[]; lastSeq: number }
  | {
      type: 'chat.message';
      room: string;
      id: string;
      seq: number;
      from: string;
      text: string;
      time: string;
      clientId: string;
    }
  | { type: 'typing'; room: string; customer: string }
  | { type: 'presence'; room: string; customer: string; present: boolean }
  | { type: 'rtc.joined'; room: string; peer: string; peers: readonly RtcPeer[]; iceServers: readonly IceServer[] }
  | ({ type: 'rtc.peer'; room: string; present: boolean } & RtcPeer)
  | {
      type: 'rtc.signal';
      room: string;
      peer: string;
      seq: number;
      description?: Record<string, unknown> | undefined;
      candidate?: Record<string, unknown> | null | undefined;
    }
  | { type: 'rtc.servers'; room: string; iceServers: readonly IceServer[] };

/** The public fields of an event of the feed. */
export interface PublicEvent {
  id: string;
  seq: number;
  channel: string;
  type: string;
  subject: string;
  time: string;
  data: unknown;
}

interface RtcPeer {
  peer: string;
  customer: string;
  /** Whether the receiver gives way when both send an offer at the same time (perfect negotiation). */
  polite: boolean;
}

export interface IceServer {
  urls: readonly string[];
  username?: string;
  credential?: string;
}
