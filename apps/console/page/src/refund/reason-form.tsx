import type { FormEvent, ReactNode } from 'react';

export function ReasonForm({ label, submitted }: { label: ReactNode; submitted(reason: string): void }) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    submitted(String(new FormData(event.currentTarget).get('reason')));
  };
  return (
    <form onSubmit={submit}>
      <input name="reason" aria-label="Why" placeholder="why" maxLength={200} required />
      <button>{label}</button>
    </form>
  );
}
