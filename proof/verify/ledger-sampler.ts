/**
 * Samples the ledger: the entries of each transaction, and of all together, must sum to zero in every sample.
 * A sample is one statement, so it sees one moment.
 */
import { withDatabase } from './rows.ts';
import { rest } from '@halftone/tools/os/waiting.ts';

export interface Samples {
  taken: number;
  /** Samples with a sum other than zero. */
  unbalanced: number;
  firstUnbalanced: { at: string; transactions: string[]; sum: number } | undefined;
}

const statement = `
  SELECT coalesce(sum(total), 0) AS sum, coalesce(array_agg(transaction_id) FILTER (WHERE total <> 0), '{}') AS transactions
  FROM (SELECT transaction_id, sum(amount) AS total FROM payments.ledger_entry GROUP BY transaction_id) AS transaction`;

/** At most a twentieth of the time is spent on it. */
const restFactor = 20;
const shortestRestMs = 200;

export class LedgerSampler {
  readonly samples: Samples = { taken: 0, unbalanced: 0, firstUnbalanced: undefined };
  readonly #url: string;

  constructor(databaseUrl: string) {
    this.#url = databaseUrl;
  }

  /** Runs until the signal. Waits while the database is down. */
  async run(signal: AbortSignal): Promise<Samples> {
    while (!signal.aborted) {
      // How many samples were taken shows whether the database answered.
      await this.#session(signal).catch(() => undefined);
      await rest(shortestRestMs, signal);
    }
    return this.samples;
  }

  #session(signal: AbortSignal): Promise<void> {
    return withDatabase(this.#url, async (client) => {
      while (!signal.aborted) {
        const start = performance.now();
        const { rows } = await client.query<{ sum: string; transactions: string[] }>(statement);
        for (const { sum, transactions } of rows) this.#note(Number(sum), transactions);
        await rest(Math.max(shortestRestMs, restFactor * (performance.now() - start)), signal);
      }
    });
  }

  #note(sum: number, transactions: string[]): void {
    this.samples.taken += 1;
    if (sum === 0 && transactions.length === 0) return;
    this.samples.unbalanced += 1;
    this.samples.firstUnbalanced ??= { at: new Date().toISOString(), transactions: transactions.slice(0, 10), sum };
  }
}
