/** A signed-in customer. Each call has a valid token and is retried with the same Idempotency-Key. */
import { randomUUID } from 'node:crypto';
import { demoPassword } from '@halftone/tools/shop/settings.ts';
import { jsonOf, send, sendPatiently, type Reply, type Request } from './http.ts';

interface Tokens {
  accessToken: string;
  expiresIn: number;
}

interface Write {
  /** Generated when left out; undefined sends none. */
  key?: string | undefined;
  headers?: Record<string, string>;
}

/** An unexpected status; the message shows the start of the answer. */
class UnexpectedReply extends Error {
  readonly reply: Reply;

  constructor(what: string, reply: Reply) {
    super(`${what}: ${reply.status} ${reply.text.slice(0, 300)}`);
    this.reply = reply;
  }
}

/** Returns the reply when its status is one of these. */
export function expecting(what: string, reply: Reply, ...statuses: number[]): Reply {
  if (!statuses.includes(reply.status)) throw new UnexpectedReply(what, reply);
  return reply;
}

export class Session {
  readonly base: string;
  readonly customer: string;
  readonly #password: string;
  #token: { value: string; until: number } | undefined;

  constructor(base: string, customer: string, password: string) {
    this.base = base.replace(/\/$/, '');
    this.customer = customer;
    this.#password = password;
  }

  /** Renewed half a minute before its end, or at half of its life when that is shorter. */
  async token(): Promise<string> {
    if (this.#token && this.#token.until > Date.now()) return this.#token.value;
    const reply = await sendPatiently(`${this.base}/v1/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ customer: this.customer, password: this.#password }),
    });
    const { accessToken, expiresIn } = jsonOf<Tokens>(expecting(`sign in as ${this.customer}`, reply, 200, 201));
    const life = expiresIn * 1000;
    this.#token = { value: accessToken, until: Date.now() + life - Math.min(30_000, life / 2) };
    return accessToken;
  }

  async authorization(): Promise<Record<string, string>> {
    return { authorization: `Bearer ${await this.token()}` };
  }

  /** With retries; returns any answer. */
  async call(path: string, request: Request = {}): Promise<Reply> {
    const headers = { ...(await this.authorization()), ...request.headers };
    return sendPatiently(`${this.base}${path}`, { ...request, headers });
  }

  /** One try; returns any answer. */
  async try(path: string, request: Request = {}): Promise<Reply> {
    const headers = { ...(await this.authorization()), ...request.headers };
    return send(`${this.base}${path}`, { ...request, headers });
  }

  async get<T>(path: string): Promise<T> {
    return jsonOf<T>(expecting(`GET ${path}`, await this.call(path), 200));
  }

  post(path: string, json: unknown, write: Write = {}): Promise<Reply> {
    return this.call(path, {
      method: 'POST',
      body: JSON.stringify(json),
      headers: writeHeaders('application/json', write),
    });
  }

  upload(bytes: Buffer<ArrayBuffer>, contentType: string, write: Write = {}): Promise<Reply> {
    return this.call('/v1/images', { method: 'POST', body: bytes, headers: writeHeaders(contentType, write) });
  }
}

function writeHeaders(contentType: string, write: Write): Record<string, string> {
  const key = 'key' in write ? write.key : randomUUID();
  return { 'content-type': contentType, ...(key !== undefined && { 'idempotency-key': key }), ...write.headers };
}

export async function signIn(base: string, customer: string, password = demoPassword()): Promise<Session> {
  const session = new Session(base, customer, password);
  await session.token();
  return session;
}
