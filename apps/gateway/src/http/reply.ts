/** The parts of Fastify's request and reply that the edges use. */
export interface EdgeRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
  /** Path parameters. */
  readonly params: object;
  readonly routeOptions: { readonly url?: string };
}

export interface EdgeReply {
  readonly statusCode: number;
  status(code: number): EdgeReply;
  header(name: string, value: string): EdgeReply;
  getHeader(name: string): string | number | string[] | undefined;
}
