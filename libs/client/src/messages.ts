/** The messages of `halftone.v1.json` for a client; proto/halftone/realtime/v1/realtime.proto documents each. */

/** An event of a channel, the same over every transport. */
export interface FeedEvent {
  /** Also the cursor of the position right after it. */
  id: string;
  /** 1..n per channel, without gaps. */
  seq: number;
  channel: string;
  type: string;
  subject: string;
  time: string;
  data: Record<string, unknown>;
}

/** An ephemeral event has neither id nor sequence number and is never replayed. */
export type EphemeralEvent = Pick<FeedEvent, 'type' | 'subject' | 'time' | 'data'>;

export interface RtcPeer {
  peer: string;
  customer: string;
  /** Whether this client yields when both peers send an offer at the same time ("polite" in perfect negotiation). */
  polite: boolean;
}

export interface IceServer {
  urls: readonly string[];
  username?: string;
  credential?: string;
}

/** From RTCPeerConnection: a description, or a candidate (null: no more candidates). */
export interface Signal {
  description?: Record<string, unknown> | undefined;
  candidate?: Record<string, unknown> | null | undefined;
}

export interface ServerError {
  code: string;
  message: string;
  /** The channel or room of the error, if any. */
  channel?: string;
  errors?: readonly { path: string; message: string }[];
}

export type ServerMessage =
  | { type: 'subscribed'; channel: string; cursor: string }
  | { type: 'unsubscribed'; channel: string }
  | { type: 'event'; event: FeedEvent | EphemeralEvent }
  | { type: 'snapshot'; channel: string; cursor: string; events: readonly FeedEvent[] }
  | { type: 'reset'; channel: string; cursor: string }
  | ({ type: 'error' } & ServerError)
  | { type: 'pong' }
  | { type: 'goodbye'; reconnectInMs: number }
  | { type: 'session'; id: string | null; resumed: readonly { channel: string; cursor: string }[] }
  | { type: 'expiring'; inMs: number }
  | { type: 'cancelling'; imageId: string }
  | { type: 'chat.joined'; room: string; members: readonly string[]; lastSeq: number }
  | ({ type: 'chat.message' } & ChatMessage)
  | { type: 'typing'; room: string; customer: string }
  | { type: 'presence'; room: string; customer: string; present: boolean }
  | { type: 'rtc.joined'; room: string; peer: string; peers: readonly RtcPeer[]; iceServers: readonly IceServer[] }
  | ({ type: 'rtc.peer'; room: string; present: boolean } & RtcPeer)
  | ({ type: 'rtc.signal'; room: string; peer: string; seq: number } & Signal)
  | { type: 'rtc.servers'; room: string; iceServers: readonly IceServer[] };

interface ChatMessage {
  room: string;
  id: string;
  /** 1..n per room, without gaps. */
  seq: number;
  from: string;
  text: string;
  time: string;
  clientId: string;
}

/** The commands of an application; the client itself handles subscriptions, tokens and pings. */
export type Command =
  | { type: 'ack'; channel?: string; cursor: string }
  | { type: 'cancel'; imageId: string }
  | { type: 'chat.join'; room: string; after?: number }
  | { type: 'chat.leave'; room: string }
  | { type: 'chat.send'; room: string; text: string; clientId: string }
  | { type: 'chat.typing'; room: string }
  | { type: 'rtc.join'; room: string; peer?: string }
  | { type: 'rtc.leave'; room: string }
  | ({ type: 'rtc.signal'; room: string; peer: string } & Signal)
  | { type: 'rtc.turn'; room: string };
