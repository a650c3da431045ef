import { system } from '../system';
import { rest, sessionOf, talk } from './ask';
import { channelOf, code, isRest, type Probe, restAt, simply } from './probe';
const subscribe: Probe = ({ who, state }, endpoint) => {
  const channel = channelOf(state);
  if (!isRest(endpoint)) return talk(who, [{ type: 'subscribe', channel }], ['subscribed']);
  return code(rest(who, 'GET', `${system().urls.realtime[0]}/v1/events?channel=${channel}`));
};

/** A word beside an event stream, which says what its peer is called. */
const talkBeside: Probe = async ({ who }, endpoint) => {
  const at = endpoint.split(' ')[2]?.replace('realtime', system().urls.realtime[0] ?? '') ?? '';
  if (who === 'anonymous') return code(rest(who, 'POST', `${at}?peer=nobody`, { type: 'ping' }));
  const aborted = new AbortController();
  const headers = { accept: 'text/event-stream', ...(await (await sessionOf(who))?.authorization()) };
  const stream = await fetch(`${at}?talk=true`, { headers, signal: aborted.signal });
  const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
  try {
    let text = '';
    for (let peer: string | undefined; ; peer = /"peer":"([^"]+)"/.exec(text)?.[1]) {
      if (peer) return await code(rest(who, 'POST', `${at}?peer=${peer}`, { type: 'ping' }));
      const { value, done } = (await reader?.read()) ?? { done: true };
      if (done) return `no peer in ${text}`;
      text += value;
    }
  } finally {
    aborted.abort();
  }
};

const acknowledge: Probe = async ({ who }) => {
  const channel = who === 'anonymous' ? 'gallery' : 'me';
  const answer = await talk(who, [
    { type: 'subscribe', channel },
    { type: 'ack', channel, cursor: 'no-cursor' },
  ]);
  // Understood and looked at; which cursors there are is not the question.
  return answer === 'CURSOR_INVALID' ? 'ok' : answer;
};

const renewToken: Probe = async ({ who }) => {
  const as = who === 'other' ? 'owner' : who;
  const whose = who === 'anonymous' ? 'owner' : who;
  const token = (await (await sessionOf(whose))?.token()) ?? '';
  return talk(as, [{ type: 'auth', token }]);
};

const room = (state: string) => (state === 'support' ? 'support:alice' : 'call:permissions');
const joinCall: Probe = ({ who, state }) => talk(who, [{ type: 'rtc.join', room: room(state) }], ['rtc.joined']);

const signal: Probe = ({ who, state }, endpoint) => {
  const call = 'call:permissions';
  const first = state === 'joined' ? [{ type: 'rtc.join', room: call }] : [];
  const word =
    endpoint === 'WebSocket rtc.turn'
      ? { type: 'rtc.turn', room: call }
      : { type: 'rtc.signal', room: call, peer: 'nobody.else', candidate: null };
  return talk(who, [...first, word]).then((answer) => (answer === 'PEER_NOT_FOUND' ? 'ok' : answer));
};

const said =
  (...messages: { type: string; [field: string]: unknown }[]): Probe =>
  ({ who }) =>
    talk(who, messages);

const chatRoom = 'support:alice';
const inChat = { type: 'chat.join', room: chatRoom };

export const realtimeProbes: Readonly<Record<string, Probe>> = {
  'realtime.CreateTicket': simply({ body: () => ({}) }),
  'realtime.FindReplica': ({ who }, endpoint) => restAt(who, `${endpoint}?channel=gallery`),
  'realtime.Subscribe': subscribe,
  'realtime.Talk': talkBeside,
  'realtime.Unsubscribe': said({ type: 'unsubscribe', channel: 'gallery' }),
  'realtime.Resume': ({ who }) => talk(who, [{ type: 'resume' }], ['session']),
  'realtime.Acknowledge': acknowledge,
  'realtime.RenewToken': renewToken,
  'realtime.Ping': said({ type: 'ping' }),
  'realtime.LeaveChat': said({ type: 'chat.leave', room: chatRoom }),
  'realtime.SendChat': said(inChat, {
    type: 'chat.send',
    room: chatRoom,
    text: 'permissions',
    clientId: 'permissions',
  }),
  'realtime.ShowTyping': said(inChat, { type: 'chat.typing', room: chatRoom }),
  'realtime.JoinCall': joinCall,
  'realtime.LeaveCall': said({ type: 'rtc.leave', room: 'call:permissions' }),
  'realtime.Signal': signal,
};
