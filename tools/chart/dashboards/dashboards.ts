/** All dashboards, in the order a reader goes through them. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { edge } from './edge.ts';
import { events } from './events.ts';
import { dashboardOf } from './frame.ts';
import { money } from './money.ts';
import { overview } from './overview.ts';
import { processes } from './processes.ts';
import { realtime } from './realtime.ts';

export const dashboards = (): Dashboard[] => [overview, money, events, realtime, edge, processes].map(dashboardOf);
