import { type FormEvent, useState } from 'react';
import { messageOf, Session } from './session.ts';

/** Password of the demo customers, prefilled if the shop runs on this machine. */
const demoPassword = ['127.0.0.1', 'localhost'].includes(location.hostname) ? 'halftone' : '';

/** The demo customers are `alice`, `bob` and the operator `olga`. */
export function SignIn({ opened }: { opened(session: Session): void }) {
  const [refusal, setRefusal] = useState<string>();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [customer, password] = [String(form.get('customer')), String(form.get('password'))];
    Session.open(customer, password).then(opened, (error: unknown) => setRefusal(messageOf(error)));
  };
  return (
    <form className="sign-in" onSubmit={submit}>
      <label>
        Customer <input name="customer" defaultValue="alice" autoComplete="username" />
      </label>
      <label>
        Password <input name="password" type="password" defaultValue={demoPassword} autoComplete="current-password" />
      </label>
      <button>Sign in</button>
      {refusal && <output role="alert">{refusal}</output>}
    </form>
  );
}
