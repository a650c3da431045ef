/** The interface of a system to the tour: processes on this machine, or pods. */
import { processBehind } from '@halftone/tools/shop/processes.ts';
import type { RunState, Urls } from '@halftone/tools/os/run-state.ts';
import { runningSources } from '../verify/sources.ts';
import { verify } from '../verify/verify.ts';

export interface Verified {
  ok: boolean;
  checked: number;
  results: { invariant: string; ok: boolean }[];
}

export interface TouredSystem {
  urls: Urls;
  /** Ends the replica of realtime that serves this listener's address, without warning; gives its pid or name, undefined when it is not known yet. */
  killBehind(url: string): Promise<string | number | undefined>;
  /** Judged from PostgreSQL and Kafka themselves, not through the services. */
  verify(): Promise<Verified>;
}

/** The system that `npm start` runs. */
export const processes = ({ urls }: RunState): TouredSystem => ({
  urls,
  killBehind: (url) => {
    const target = processBehind(url);
    if (target) process.kill(target.pid, 'SIGKILL');
    return Promise.resolve(target?.pid);
  },
  verify: () => verify(runningSources()),
});
