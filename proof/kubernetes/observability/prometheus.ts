/** The part of the HTTP API of Prometheus that Grafana uses: https://prometheus.io/docs/prometheus/latest/querying/api/ */

export interface Span {
  /** Unix seconds. */
  from: number;
  to: number;
}

/** Seconds between two points of a range query. */
const step = 15;

/** The size of a query's result: how many series, and how many of their samples are numbers. */
export interface Answer {
  series: number;
  numbers: number;
}

interface Body {
  status: 'success' | 'error';
  error?: string;
  data: unknown;
}

export class Prometheus {
  private readonly base: string;

  constructor(url: string) {
    this.base = url.replace(/\/$/, '');
  }

  async range(query: string, { from, to }: Span): Promise<Answer> {
    const { result } = await this.ask<{ result: { values: [number, string][] }[] }>('query_range', {
      query,
      start: String(from),
      end: String(to),
      step: String(step),
    });
    const samples = result.flatMap(({ values }) => values);
    return { series: result.length, numbers: samples.filter(([, value]) => value !== 'NaN').length };
  }

  /** The values that a label has in the series that match. */
  async labelValues(label: string, match: string, { from, to }: Span): Promise<string[]> {
    return this.ask(`label/${label}/values`, { 'match[]': match, start: String(from), end: String(to) });
  }

  /** The number of targets that are up. */
  async targetsUp(): Promise<number> {
    const { result } = await this.ask<{ result: unknown[] }>('query', { query: 'up == 1' });
    return result.length;
  }

  private async ask<T>(path: string, parameters: Record<string, string>): Promise<T> {
    const response = await this.fetch(`${this.base}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const text = await response.text();
    const { status, error, data } = parsed(text) ?? { status: 'error', error: `HTTP ${response.status}` };
    if (status !== 'success') throw new Error(error ?? `HTTP ${response.status}`);
    return data as T;
  }

  private fetch(url: string): Promise<Response> {
    return fetch(url, { signal: AbortSignal.timeout(30_000) }).catch((error: Error) => {
      const { cause = error } = error;
      throw new Error(`no Prometheus answers at ${this.base}: ${(cause as Error).message}`);
    });
  }
}

function parsed(text: string): Body | undefined {
  try {
    return JSON.parse(text) as Body;
  } catch {
    // An error page: the caller reports the status.
    return undefined;
  }
}
