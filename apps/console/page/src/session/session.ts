/** The sign-in of this tab. Tokens are kept in memory only, so a reload needs a new sign-in. */

interface Tokens {
  accessToken: string;
  refreshToken: string;
  expiresIn: number;
}

/** A token with less time left than this is renewed. */
const marginMs = 30_000;

/** An error answer of the gateway, with the problem document's text. */
export class RequestFailed extends Error {}

export class Session {
  readonly customer: string;
  private tokens: Tokens;
  private expiresAt: number;
  private renewal: Promise<void> | undefined;
  /** Idempotency key of a renewal without an answer: allows sending the same refresh token again. */
  private renewalKey: string | undefined;

  private constructor(customer: string, tokens: Tokens) {
    this.customer = customer;
    this.tokens = tokens;
    this.expiresAt = Date.now() + tokens.expiresIn * 1_000;
  }

  static async open(customer: string, password: string): Promise<Session> {
    const tokens = await post<Tokens>('/v1/tokens', { customer, password });
    return new Session(customer, tokens);
  }

  /** An access token that is valid for a while. */
  async token(): Promise<string> {
    if (Date.now() > this.expiresAt - marginMs) await this.renewOnce();
    return this.tokens.accessToken;
  }

  /** A ticket for one connection, because browsers can't send headers with a WebSocket. */
  async ticket(): Promise<string> {
    const headers = { authorization: `Bearer ${await this.token()}` };
    const { ticket } = await post<{ ticket: string }>('/v1/realtime/tickets', {}, headers);
    return ticket;
  }

  /** Sends a request to the gateway; a POST gets a new idempotency key. */
  async request<Answer>(method: 'GET' | 'POST' | 'PUT', path: string, body?: object): Promise<Answer> {
    const key = method === 'POST' ? { 'idempotency-key': crypto.randomUUID() } : {};
    return send(method, path, body, { authorization: `Bearer ${await this.token()}`, ...key });
  }

  /** Revokes the refresh token; the last access token expires by itself. */
  async close(): Promise<void> {
    await post('/v1/tokens/revocation', { refreshToken: this.tokens.refreshToken });
  }

  /** A refresh token is valid once, so concurrent callers share one renewal. */
  private renewOnce(): Promise<void> {
    this.renewal ??= this.renew().finally(() => (this.renewal = undefined));
    return this.renewal;
  }

  private async renew(): Promise<void> {
    this.renewalKey ??= crypto.randomUUID();
    const { refreshToken } = this.tokens;
    this.tokens = await post<Tokens>('/v1/tokens', { refreshToken }, { 'idempotency-key': this.renewalKey });
    this.expiresAt = Date.now() + this.tokens.expiresIn * 1_000;
    this.renewalKey = undefined;
  }
}

type Headers = Record<string, string>;

const post = <Answer>(path: string, body: object, headers: Headers = {}): Promise<Answer> =>
  send('POST', path, body, headers);

async function send<Answer>(method: string, path: string, body: object | undefined, headers: Headers): Promise<Answer> {
  const json = body && { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
  const answer = await fetch(path, { method, headers, ...json });
  const text = await answer.text();
  const content = (text ? JSON.parse(text) : {}) as Answer & { title?: string; detail?: string };
  if (!answer.ok) throw new RequestFailed(content.detail ?? content.title ?? String(answer.status));
  return content;
}

/** The text of an error for the user. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
