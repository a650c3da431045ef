import { type FormEvent, useState } from 'react';
import { Session } from './session.ts';

/** The demo customers are `alice`, `bob` and the operator `olga`. */
export function SignIn({ opened }: { opened(session: Session): void }) {
  const [refusal, setRefusal] = useState<string>();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const [customer, password] = [String(form.get('customer')), String(form.get('password'))];
    Session.open(customer, password).then(opened, (error: unknown) => setRefusal(String(error)));
  };
  return (
    <form className="sign-in" onSubmit={submit}>
      <label>
        Customer <input name="customer" defaultValue="alice" autoComplete="username" />
      </label>
      <label>
        Password <input name="password" type="password" defaultValue="halftone" autoComplete="current-password" />
      </label>
      <button>Sign in</button>
      {refusal && <output role="alert">{refusal}</output>}
    </form>
  );
}
