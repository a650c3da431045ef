/** Who the tests order as. Tokens are made once in `setup` and renewed by each VU for itself. */
import { password, urls } from '../settings.ts';
import { send, type Reply } from './request.ts';

export interface Token {
  value: string;
  /** When a new one is fetched. */
  until: number;
}

export interface Customer {
  id: string;
  token: Token;
  /** A photo that is ready to be printed. */
  imageId: string;
}

const json = { 'content-type': 'application/json' };

export function signIn(customer: string): Reply {
  const body = JSON.stringify({ customer, password });
  return send(`${urls.gateway}/v1/tokens`, { name: 'sign-in', method: 'POST', headers: json, body });
}

/** Good for half a minute less than it lives. */
export function tokenOf(reply: Reply): Token {
  const { accessToken, expiresIn } = reply.json() as { accessToken: string; expiresIn: number };
  return { value: accessToken, until: Date.now() + expiresIn * 1_000 - Math.min(30_000, expiresIn * 500) };
}

/** Of this VU. */
const renewed = new Map<string, Token>();

export function bearer({ id, token }: Pick<Customer, 'id' | 'token'>): Record<string, string> {
  let current = renewed.get(id) ?? token;
  if (current.until < Date.now()) {
    const reply = signIn(id);
    if (reply.status !== 200) throw new Error(`${id} can't sign in again: ${reply.status} ${reply.body}`);
    renewed.set(id, (current = tokenOf(reply)));
  }
  return { authorization: `Bearer ${current.value}` };
}

export const asJson = (customer: Pick<Customer, 'id' | 'token'>): Record<string, string> => ({
  ...bearer(customer),
  ...json,
});
