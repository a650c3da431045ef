import { channelOf } from '@halftone/contracts';
import { assertPermitted, DomainError, parseId, type CallerKind } from '@halftone/kernel';

/** The meaning of a requested channel: a channel of the feed, and optionally one subject in it. */
export interface Scope {
  channel: string;
  subject?: string | undefined;
}

interface Subscriber {
  customer: string;
  role: 'customer' | 'operator';
}

/** The channel that needs no credentials. */
export const gallery = 'gallery';

/** Collections that a name such as `order:ID` filters by. */
const collections: Readonly<Record<string, string>> = { order: 'orders', image: 'images' };

const name = /^(order|image|customer):([\w.-]{1,128})$/;

/**
 * `me`, `order:ID` and `image:ID` mean the subscriber's own channel, so a foreign id shows nothing instead of revealing that it exists.
 * `gallery` is public. `customer:NAME` is for NAME and operators. Throws FORBIDDEN or UNAUTHENTICATED, and VALIDATION_FAILED
 * for another name.
 */
export function scopeOf(requested: string, subscriber: Subscriber | undefined): Scope {
  if (requested === gallery) return { channel: gallery };
  if (!subscriber) {
    assertMaySubscribe('anonymous', `Without credentials only '${gallery}' is allowed`);
    throw unknown(requested);
  }
  const { customer, role } = subscriber;
  if (requested === 'me') return { channel: channelOf(customer) };
  const [, kind = '', id = ''] = name.exec(requested) ?? [];
  const collection = collections[kind];
  if (collection) return { channel: channelOf(customer), subject: `${collection}/${parseId(id) ?? id}` };
  if (kind !== 'customer') throw unknown(requested);
  const caller = role === 'operator' ? 'operator' : id === customer ? 'owner' : 'other';
  assertMaySubscribe(caller, 'This channel belongs to another customer');
  return { channel: channelOf(id) };
}

const assertMaySubscribe = (caller: CallerKind, why: string) =>
  assertPermitted('realtime.Subscribe', { caller, state: "a customer's" }, why);

const unknown = (requested: string) =>
  new DomainError('VALIDATION_FAILED', 'No such channel', [
    {
      path: 'channel',
      message: `${JSON.stringify(requested.slice(0, 80))} is none of me, gallery, order:ID, image:ID, customer:NAME`,
    },
  ]);
