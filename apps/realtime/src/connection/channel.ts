import { channelOf } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';

/** What a name of a client means: a channel of the feed, and the only subject wanted of it, if any. */
export interface Scope {
  channel: string;
  subject?: string | undefined;
}

interface Caller {
  customer: string;
  role: 'customer' | 'operator';
}

/** The channel that needs no credentials. */
export const gallery = 'gallery';

/** Collections that a name such as `order:ID` filters by. */
const collections: Readonly<Record<string, string>> = { order: 'orders', image: 'images' };

const name = /^(order|image|customer):([\w.-]{1,128})$/;

/**
 * `me` and the filters `order:ID`, `image:ID` are the caller's own channel, so a foreign id shows nothing instead of telling that it
 * exists. `gallery` is everybody's, also of who does not say who they are. `customer:NAME` is for operators and NAME. Throws FORBIDDEN,
 * UNAUTHENTICATED, or VALIDATION_FAILED for other words.
 */
export function scopeOf(requested: string, caller: Caller | undefined): Scope {
  if (requested === gallery) return { channel: gallery };
  if (!caller) throw new DomainError('UNAUTHENTICATED', `Without credentials there is only '${gallery}' to listen to`);
  const { customer, role } = caller;
  if (requested === 'me') return { channel: channelOf(customer) };
  const [, kind = '', id = ''] = name.exec(requested) ?? [];
  const collection = collections[kind];
  if (collection) return { channel: channelOf(customer), subject: `${collection}/${id}` };
  if (kind !== 'customer') throw unknown(requested);
  if (id !== customer && role !== 'operator')
    throw new DomainError('FORBIDDEN', 'This channel belongs to another customer');
  return { channel: channelOf(id) };
}

const unknown = (requested: string) =>
  new DomainError('VALIDATION_FAILED', 'No such channel', [
    {
      path: 'channel',
      message: `${JSON.stringify(requested.slice(0, 80))} is none of me, gallery, order:ID, image:ID, customer:NAME`,
    },
  ]);
