import type { RealtimeClient } from '@halftone/client';
import { type FormEvent, useState } from 'react';
import type { PeerView, ChatLine } from './call.ts';
import { Video } from './video.tsx';
import { useCall } from './use-call.ts';

interface CallPageProps {
  client: RealtimeClient;
  customer: string;
  room: string;
}

/** One room: its peers, their video and the chat over data channels. */
export function CallPage({ client, customer, room }: CallPageProps) {
  const { call, video, view } = useCall(client, customer, room);
  const open = view.peers.filter(({ isOpen }) => isOpen).length;
  return (
    <section className="call" data-room={room} data-self={view.self} data-open={open}>
      <header>
        <h2>{room}</h2>
        <span>{view.refusal ?? (view.self ? `${open} of ${view.peers.length} connected` : 'joining …')}</span>
        <button type="button" onClick={() => call?.renegotiate()}>
          Negotiate again
        </button>
      </header>
      <div className="videos">
        {video && (
          <figure>
            <Video stream={video} label={customer} />
            <figcaption>{customer} (you)</figcaption>
          </figure>
        )}
        {view.peers.map((peer) => (
          <RemoteVideo key={peer.peer} {...peer} />
        ))}
      </div>
      <Chat messages={view.messages} send={(text) => call?.send(text)} />
    </section>
  );
}

function RemoteVideo({ peer, customer, present, state, isOpen, collisions, video }: PeerView) {
  return (
    <figure
      className="other"
      data-peer={peer}
      data-state={state}
      data-channel={isOpen ? 'open' : 'closed'}
      data-present={present}
      data-collisions={collisions}
    >
      <Video stream={video} label={customer} />
      <figcaption>
        {customer} · {state}
        {present ? '' : ' · no signalling'}
      </figcaption>
    </figure>
  );
}

function Chat({ messages, send }: { messages: readonly ChatLine[]; send(text: string): void }) {
  const [text, setText] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim()) send(text.trim());
    setText('');
  };
  return (
    <div className="chat">
      <ol>
        {messages.map(({ from, text: line }, at) => (
          <li key={at}>
            <b>{from}</b> {line}
          </li>
        ))}
      </ol>
      <form onSubmit={submit}>
        <input aria-label="Message" value={text} onChange={({ target }) => setText(target.value)} maxLength={1_000} />
        <button>Send</button>
      </form>
    </div>
  );
}
