import { live } from './settings.ts';

export type LiveLine =
  | {
      type: 'request';
      name: string;
      at: number;
      ms: number;
      ok: boolean;
      attempts: number;
      key?: string | undefined;
      /** The answer to the first try that failed. */
      why?: string | undefined;
    }
  | { type: 'cut'; listener: string; at: number; backMs: number };

/** k6 writes log lines to stderr immediately; with `--log-format raw` unchanged. */
export function reportLive(line: LiveLine): void {
  if (live) console.log(JSON.stringify(line));
}
