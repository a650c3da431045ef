/** What the three processes and the two programs beside them have in common: settings, and how they begin and end. */
import { text } from 'node:stream/consumers';
import type { Settings } from '../program.ts';

export type LimitSettings = Pick<Settings, 'databaseUrl' | 'brokers' | 'redisUrl'>;

/** As in worker.ts, they come by standard input, because they hold passwords. */
export const readSettings = async <S extends object = LimitSettings>(): Promise<S> =>
  JSON.parse(await text(process.stdin)) as S;

/** Announces the port, 0 for a process without one. From now on SIGTERM ends it in order, so that a CPU profile is written. */
export function announce(port: number): void {
  process.once('SIGTERM', () => process.exit(0));
  process.stdout.write(`${port}\n`);
}
