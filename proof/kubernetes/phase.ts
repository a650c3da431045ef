/** A phase of the cluster test, and what every phase gets. */
import type { ReleaseUrls } from '@halftone/tools/cluster/urls.ts';
import type { Target } from '@halftone/tools/cluster/target.ts';
import type { Report } from './report.ts';

export interface PhaseContext {
  target: Target;
  report: Report;
  signal: AbortSignal;
  /** Keep the cluster at the end. */
  keep: boolean;
  /** Where the edges answer from this machine; asked of the cluster once it is up, as is the password of its customers. */
  urls(): Promise<ReleaseUrls>;
}

export interface Phase {
  name: string;
  title: string;
  /** Pointless while the release isn't up. */
  needsRelease: boolean;
  run(context: PhaseContext): Promise<void>;
}
