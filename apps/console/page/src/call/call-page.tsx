import type { RealtimeClient } from '@halftone/client';
import { type FormEvent, useState } from 'react';
import type { PeerView, Words } from './call.ts';
import { Picture } from './picture.tsx';
import { useCall } from './use-call.ts';

interface CallPageProps {
  client: RealtimeClient;
  customer: string;
  room: string;
}

/** One room: who is in it, what they show, and what they say over data channels. */
export function CallPage({ client, customer, room }: CallPageProps) {
  const { call, picture, view } = useCall(client, customer, room);
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
      <div className="pictures">
        {picture && (
          <figure>
            <Picture stream={picture} label={customer} />
            <figcaption>{customer} (you)</figcaption>
          </figure>
        )}
        {view.peers.map((peer) => (
          <Other key={peer.peer} {...peer} />
        ))}
      </div>
      <Chat words={view.words} say={(text) => call?.say(text)} />
    </section>
  );
}

function Other({ peer, customer, present, state, isOpen, collisions, picture }: PeerView) {
  return (
    <figure
      className="other"
      data-peer={peer}
      data-state={state}
      data-channel={isOpen ? 'open' : 'closed'}
      data-present={present}
      data-collisions={collisions}
    >
      <Picture stream={picture} label={customer} />
      <figcaption>
        {customer} · {state}
        {present ? '' : ' · signalling away'}
      </figcaption>
    </figure>
  );
}

function Chat({ words, say }: { words: readonly Words[]; say(text: string): void }) {
  const [text, setText] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim()) say(text.trim());
    setText('');
  };
  return (
    <div className="chat">
      <ol>
        {words.map(({ from, text: said }, at) => (
          <li key={at}>
            <b>{from}</b> {said}
          </li>
        ))}
      </ol>
      <form onSubmit={submit}>
        <input aria-label="Message" value={text} onChange={({ target }) => setText(target.value)} maxLength={1_000} />
        <button>Say</button>
      </form>
    </div>
  );
}
