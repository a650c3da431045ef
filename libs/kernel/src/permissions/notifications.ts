import { type Permission, operatorsOnly, signedIn, signedOut } from './row';

const notifications = (method: string) => `gRPC halftone.notifications.v1.NotificationsService/${method}`;

export const ofNotifications = {
  'notifications.ListNotifications': {
    at: [notifications('ListNotifications'), 'REST GET /v1/notifications'],
    may: signedIn,
  },
  'notifications.GetSnapshot': {
    at: [notifications('GetSnapshot')],
    of: 'channel',
    may: {
      anonymous: { gallery: 'ok', "a customer's": 'FORBIDDEN' },
      other: { gallery: 'ok', "a customer's": 'FORBIDDEN' },
      owner: { gallery: 'ok', "a customer's": 'ok' },
      operator: { gallery: 'ok', "a customer's": 'ok' },
    },
  },
  'notifications.Chat': {
    at: [notifications('Chat'), 'WebSocket chat.join'],
    of: 'room',
    may: {
      anonymous: signedOut,
      other: { support: 'FORBIDDEN', order: 'ROOM_NOT_FOUND' },
      owner: { support: 'ok', order: 'ok' },
      operator: { support: 'ok', order: 'ok' },
    },
  },
  'notifications.ListDeadLetters': { at: ['GraphQL deadLetters'], may: operatorsOnly },
  'notifications.ReplayDeadLetter': {
    at: ['GraphQL replayDeadLetter'],
    of: 'dead letter',
    may: { anonymous: signedOut, owner: 'FORBIDDEN', operator: { unknown: 'DEAD_LETTER_NOT_FOUND' } },
  },
  'notifications.DropDeadLetter': {
    at: ['GraphQL dropDeadLetter'],
    of: 'dead letter',
    may: { anonymous: signedOut, owner: 'FORBIDDEN', operator: { unknown: 'DEAD_LETTER_NOT_FOUND' } },
  },
} as const satisfies Record<string, Permission>;
