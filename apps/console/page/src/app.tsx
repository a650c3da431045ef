import { type FormEvent, useState } from 'react';
import { CallPage } from './call/call-page.tsx';
import { Ticker } from './live/ticker.tsx';
import { RefundPanel } from './refund/refund-panel.tsx';
import { useRefundChanges } from './refund/use-refunds.ts';
import { enterRoom, useRoom } from './room.ts';
import { useConnected } from './session/connected.ts';
import type { Session } from './session/session.ts';
import { SignIn } from './session/sign-in.tsx';

export function App() {
  const [session, setSession] = useState<Session>();
  const forget = () => setSession(undefined);
  // The page forgets its tokens even if the revocation fails.
  const signOut = () => void session?.close().then(forget, forget);
  return (
    <main>
      <header className="top">
        <h1>Halftone</h1>
        {session && (
          <span>
            {session.customer} <button onClick={signOut}>Sign out</button>
          </span>
        )}
      </header>
      {session ? <SignedIn session={session} /> : <SignIn opened={setSession} />}
    </main>
  );
}

function SignedIn({ session }: { session: Session }) {
  const connected = useConnected(session);
  const room = useRoom();
  const { changes, onEvent } = useRefundChanges();
  if (!connected) return <p>connecting …</p>;
  const { client, isOpen } = connected;
  const { customer } = session;
  return (
    <div className="signed-in" data-customer={customer} data-connection={isOpen ? 'open' : 'cut'}>
      <div>
        <RoomForm room={room} />
        {room && <CallPage key={room} client={client} customer={customer} room={room} />}
        <RefundPanel session={session} changes={changes} />
      </div>
      <aside>
        <p role="status">{isOpen ? 'live' : 'reconnecting …'}</p>
        <Ticker client={client} channel="me" onEvent={onEvent} />
        <Ticker client={client} channel="gallery" />
      </aside>
    </div>
  );
}

function RoomForm({ room }: { room: string }) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    enterRoom(String(new FormData(event.currentTarget).get('room')));
  };
  return (
    <form className="rooms" onSubmit={submit} key={room}>
      <label>
        Room <input name="room" defaultValue={room || 'call:demo'} pattern="[a-z]+:[\w.\-]{1,128}" />
      </label>
      <button>Enter</button>
      <button type="button" onClick={() => enterRoom('')} disabled={!room}>
        Leave
      </button>
    </form>
  );
}
