/** What every phase is given. */
import type { ReleaseUrls } from '../cluster/urls.ts';
import type { Target } from '../cluster/target.ts';
import type { Report } from './report.ts';

export interface World {
  target: Target;
  report: Report;
  signal: AbortSignal;
  /** Take nothing away at the end. */
  keep: boolean;
  /** Where the edges answer from this machine; asked of the cluster once it is up. */
  urls(): Promise<ReleaseUrls>;
}

export interface Phase {
  name: string;
  title: string;
  /** Pointless while the release isn't up. */
  needsRelease: boolean;
  run(world: World): Promise<void>;
}
