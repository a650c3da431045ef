import { notificationsV1 } from '@halftone/contracts';
import { grpc, talk } from './ask';
import { channelOf, isGrpc, type Probe, simply } from './probe';
import type { Things } from './things';
const snapshot: Probe = ({ who, state }, endpoint) =>
  grpc(who, endpoint, notificationsV1.GetSnapshotRequest.fromPartial({ channel: channelOf(state) }));

const roomOf = (state: string, { orderId }: Things) => (state === 'order' ? `order:${orderId}` : 'support:alice');

const joinChat: Probe = ({ who, state }, endpoint, things) => {
  const room = roomOf(state, things);
  if (isGrpc(endpoint))
    return grpc(who, endpoint, notificationsV1.ChatRequest.fromPartial({ join: { room, after: 0 } }));
  return talk(who, [{ type: 'chat.join', room }], ['chat.joined']);
};

const letter = (field: string): Probe =>
  simply({ query: `mutation { ${field}(id: "halftone.orders/999999999") { id } }` });

export const notificationProbes: Readonly<Record<string, Probe>> = {
  'notifications.ListNotifications': simply({ request: () => ({ limit: 1, cursor: '' }) }),
  'notifications.GetSnapshot': snapshot,
  'notifications.Chat': joinChat,
  'notifications.ListDeadLetters': simply({ query: '{ deadLetters(limit: 1) { id } }' }),
  'notifications.ReplayDeadLetter': letter('replayDeadLetter'),
  'notifications.DropDeadLetter': letter('dropDeadLetter'),
};
