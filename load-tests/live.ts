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
      /** What the first try that failed got. */
      why?: string | undefined;
    }
  | { type: 'cut'; listener: string; at: number; backMs: number };

/** k6 writes what is logged to stderr at once; with `--log-format raw` as it is. */
export function tell(line: LiveLine): void {
  if (live) console.log(JSON.stringify(line));
}
