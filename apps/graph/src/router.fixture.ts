import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { RunningService } from '@halftone/service';
import { answeringWith, bootService } from '@halftone/testing';
import { graph } from './graph';

export interface SubgraphRequest {
  query: string;
  variables?: Record<string, unknown>;
  headers: IncomingHttpHeaders;
}

/** An answer, or a fault: no answer at all, or a closed connection. */
type SubgraphAnswer = object | 'no answer' | 'disconnect';

export type Answers = Record<string, (request: SubgraphRequest) => SubgraphAnswer>;

export interface RouterAnswer {
  data?: unknown;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
}

const names = ['orders', 'payments', 'images', 'notifications'];

/** The real router in front of four HTTP servers with stubbed answers. A request without a stub fails its query. */
export class RouterFixture {
  requests: Record<string, SubgraphRequest[]> = {};
  answers: Answers = {};
  private readonly servers: Record<string, Server> = {};

  private constructor() {}

  static async start(env: Record<string, string> = {}): Promise<RouterFixture> {
    const fixture = new RouterFixture();
    const urls = await Promise.all(
      names.map(async (name) => [`SUBGRAPH_${name.toUpperCase()}_URL`, await fixture.listen(name)] as const),
    );
    fixture.router = await bootService(graph, { ...Object.fromEntries(urls), SUBGRAPH_TIMEOUT_MS: '1000', ...env });
    return fixture;
  }

  private router!: RunningService;

  get url(): string {
    return `${this.router.httpUrl}/graphql`;
  }

  reset(): void {
    this.requests = {};
    this.answers = {};
  }

  async stop(): Promise<void> {
    await this.router.stop();
    await Promise.all(names.map((name) => this.stopSubgraph(name)));
  }

  async stopSubgraph(name: string): Promise<void> {
    const server = this.servers[name];
    server?.closeAllConnections();
    await new Promise((closed) => (server ? server.close(closed) : closed(undefined)));
  }

  async ask(query: string, headers: Record<string, string> = {}): Promise<RouterAnswer> {
    const answer = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    });
    return (await answer.json()) as RouterAnswer;
  }

  private async listen(name: string): Promise<string> {
    const server = createServer(
      answeringWith(async (request, reply) => {
        const received = { ...(JSON.parse(await text(request)) as SubgraphRequest), headers: request.headers };
        (this.requests[name] ??= []).push(received);
        const answer = this.answers[name]?.(received) ?? { errors: [{ message: `${name} got an unexpected request` }] };
        if (answer === 'no answer') return;
        if (answer === 'disconnect') return void request.socket.destroy();
        reply.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
      }),
    );
    this.servers[name] = server;
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  }
}
