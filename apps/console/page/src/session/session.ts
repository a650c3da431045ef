/** Who is signed in, in this tab. Tokens are kept in memory only: a page that is loaded again asks again. */

interface Tokens {
  accessToken: string;
  refreshToken: string;
  expiresIn: number;
}

/** Renewed when less than this is left of it. */
const marginMs = 30_000;

/** What the gateway said instead of yes: the problem document's own words. */
export class Refused extends Error {}

export class Session {
  readonly customer: string;
  private tokens: Tokens;
  private expiresAt: number;

  private constructor(customer: string, tokens: Tokens) {
    this.customer = customer;
    this.tokens = tokens;
    this.expiresAt = Date.now() + tokens.expiresIn * 1_000;
  }

  static async open(customer: string, password: string): Promise<Session> {
    const tokens = await post<Tokens>('/v1/tokens', { customer, password });
    return new Session(customer, tokens);
  }

  /** An access token that is good for a while yet. */
  async token(): Promise<string> {
    if (Date.now() > this.expiresAt - marginMs) {
      this.tokens = await post<Tokens>('/v1/tokens', { refreshToken: this.tokens.refreshToken });
      this.expiresAt = Date.now() + this.tokens.expiresIn * 1_000;
    }
    return this.tokens.accessToken;
  }

  /** Opens one connection: a browser cannot send a header with a WebSocket. */
  async ticket(): Promise<string> {
    const { ticket } = await post<{ ticket: string }>('/v1/realtime/tickets', {}, await this.token());
    return ticket;
  }
}

async function post<Answer>(path: string, body: object, token?: string): Promise<Answer> {
  const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const answer = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  const said = (await answer.json()) as Answer & { title?: string; detail?: string };
  if (!answer.ok) throw new Refused(said.detail ?? said.title ?? String(answer.status));
  return said;
}
