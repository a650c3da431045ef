import { bodies } from './limits/bodies';
import { connections } from './limits/connections';
import { customerMinute } from './limits/customer-minute';
import { customerRequests } from './limits/customer-requests';
import { database } from './limits/database';
import { events } from './limits/events';
import { graph } from './limits/graph';
import { liveStreams } from './limits/live-streams';
import { photos } from './limits/photos';
import { requests } from './limits/requests';
import { signIn } from './limits/sign-in';
import type { Limit } from './limits/limit';

export type { Limit };

interface LimitArea {
  title: string;
  /** A sentence or two for people. */
  about?: string;
  limits: Readonly<Record<string, Limit>>;
}

/** By area, in the order of docs/limits.md. */
export const limitAreas: readonly LimitArea[] = [
  { title: 'Connections', limits: connections },
  { title: 'Live streams', limits: liveStreams },
  { title: 'Requests of one customer per minute', limits: customerMinute },
  { title: 'Bodies', limits: bodies },
  { title: 'Photos', limits: photos },
  { title: 'Signing in', limits: signIn },
  {
    title: 'Requests',
    about: 'The size of one command. The owning service rejects larger ones, over every protocol.',
    limits: requests,
  },
  { title: 'Events', about: 'The size of an event that the broker accepts.', limits: events },
  {
    title: 'The graph',
    about: 'A subgraph accepts twice as much of each from the router: a query plan adds keys and type names.',
    limits: graph,
  },
  { title: 'Requests of one customer per second', limits: customerRequests },
  { title: 'Database connections', limits: database },
];

/** The services read each limit from here. */
export const limits = {
  ...connections,
  ...liveStreams,
  ...customerMinute,
  ...bodies,
  ...photos,
  ...signIn,
  ...requests,
  ...events,
  ...graph,
  ...customerRequests,
  ...database,
};
