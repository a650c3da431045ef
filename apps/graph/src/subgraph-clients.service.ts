import { SubgraphClient } from './subgraph-client.service';

/** The clients of all subgraphs, by their names in the supergraph. */
export class SubgraphClients {
  private readonly opened: SubgraphClient[] = [];

  constructor(
    private readonly urls: Readonly<Record<string, string>>,
    private readonly timeoutMs: number,
  ) {}

  open(name: string): SubgraphClient {
    const url = this.urls[name];
    if (!url) throw new Error(`no address for the subgraph ${name}`);
    const client = new SubgraphClient(name, url, this.timeoutMs);
    this.opened.push(client);
    return client;
  }

  async close(): Promise<void> {
    await Promise.all(this.opened.map((client) => client.close()));
  }
}
