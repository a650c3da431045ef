/** The state that the steps of the tour share: two customers, one listener that stays from the first step to the last. */
import { Listener } from '../harness/clients/listener.ts';
import { signIn, type Session } from '../harness/clients/session.ts';
import type { TouredSystem } from './toured-system.ts';

export interface Tour {
  system: TouredSystem;
  alice: Session;
  bob: Session;
  /** Alice's WebSocket. */
  socket: Listener;
  /** The same channel as server-sent events; opened by the order step. */
  stream?: Listener;
  /** Set once the photo is ready. */
  imageId?: string;
}

export interface Step {
  name: string;
  /** Returns what it shows; throws when it does not hold. */
  take(tour: Tour): Promise<object>;
}

/** Fails the step with numbers to look at. */
export function hold(holds: boolean, what: string, seen: object): void {
  if (!holds) throw new Error(`${what}: ${JSON.stringify(seen)}`);
}

export const imageOf = ({ imageId }: Tour): string => {
  if (!imageId) throw new Error('there is no photo to order prints of');
  return imageId;
};

export const listen = (
  tour: Pick<Tour, 'system' | 'alice'>,
  transport: 'websocket' | 'sse',
  cursor?: string,
): Promise<Listener> => Listener.start({ session: tour.alice, urls: tour.system.urls.realtime, transport, cursor });

export async function beginTour(system: TouredSystem): Promise<Tour> {
  const { gateway } = system.urls;
  const [alice, bob] = await Promise.all([signIn(gateway, 'alice'), signIn(gateway, 'bob')]);
  return { system, alice, bob, socket: await listen({ system, alice }, 'websocket') };
}

/** Closes what listens; the sums are over both transports and the whole tour. */
export async function endTour({ socket, stream }: Tour): Promise<{ lost: number; duplicated: number }> {
  const listeners = stream ? [socket, stream] : [socket];
  const tallies = listeners.map((listener) => listener.tally());
  await Promise.all(listeners.map((listener) => listener.close()));
  const sum = (of: 'lost' | 'duplicated') => tallies.reduce((total, tally) => total + tally[of], 0);
  return { lost: sum('lost'), duplicated: sum('duplicated') };
}
