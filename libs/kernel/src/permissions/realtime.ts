import { type Permission, everybody, signedIn, signedOut } from './row';

/** A client on a WebSocket is signed in, or it only receives the gallery and can send no command. */
const connected = { anonymous: signedOut, owner: 'ok', operator: 'ok' } as const;

export const ofRealtime = {
  'realtime.CreateTicket': { at: ['REST POST /v1/realtime/tickets'], may: signedIn },
  // The gateway only names the replica; the replica decides which channels are allowed.
  'realtime.FindReplica': { at: ['REST GET /v1/events'], may: everybody },
  'realtime.Subscribe': {
    at: ['WebSocket subscribe', 'REST GET realtime/v1/events'],
    of: 'channel',
    may: {
      anonymous: { gallery: 'ok', "a customer's": signedOut },
      other: { gallery: 'ok', "a customer's": 'FORBIDDEN' },
      owner: { gallery: 'ok', "a customer's": 'ok' },
      operator: { gallery: 'ok', "a customer's": 'ok' },
    },
  },
  // Messages of a client without WebSocket. Each is allowed as on a WebSocket.
  'realtime.Talk': { at: ['REST POST realtime/v1/events'], may: connected },
  'realtime.Unsubscribe': { at: ['WebSocket unsubscribe'], may: everybody },
  'realtime.Resume': { at: ['WebSocket resume'], may: connected },
  'realtime.Acknowledge': { at: ['WebSocket ack'], may: everybody },
  'realtime.RenewToken': {
    at: ['WebSocket auth'],
    // `other`: the token belongs to another customer than the connection does. An anonymous connection accepts any
    // token.
    may: { anonymous: 'ok', other: 'FORBIDDEN', owner: 'ok', operator: 'ok' },
  },
  'realtime.Ping': { at: ['WebSocket ping'], may: everybody },
  'realtime.LeaveChat': { at: ['WebSocket chat.leave'], may: connected },
  // Only for members of the room; `notifications.Chat` says who may join.
  'realtime.SendChat': { at: ['WebSocket chat.send'], may: connected },
  'realtime.ShowTyping': { at: ['WebSocket chat.typing'], may: connected },
  'realtime.JoinCall': {
    at: ['WebSocket rtc.join'],
    of: 'room',
    may: {
      anonymous: signedOut,
      other: { support: 'FORBIDDEN', call: 'ok' },
      owner: { support: 'ok', call: 'ok' },
      operator: { support: 'ok', call: 'ok' },
    },
  },
  'realtime.LeaveCall': { at: ['WebSocket rtc.leave'], may: connected },
  'realtime.Signal': {
    at: ['WebSocket rtc.signal', 'WebSocket rtc.turn'],
    of: 'room',
    may: {
      anonymous: signedOut,
      owner: { joined: 'ok', 'not joined': 'FORBIDDEN' },
      operator: { joined: 'ok', 'not joined': 'FORBIDDEN' },
    },
  },
} as const satisfies Record<string, Permission>;
