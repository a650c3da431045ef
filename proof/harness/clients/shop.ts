/** Common actions of a customer: upload a photo, place an order, wait for its end. */
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { root } from '@halftone/tools/os/config.ts';
import { isFinal, isSettled, orderOf } from './api.ts';
import type { Account, ImageStatus, Order, Page, PaymentMethod, Product, Timeline } from './api.ts';
import { jsonOf } from './http.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import { expecting, type Session } from './session.ts';
import type { FeedEvent } from '@halftone/client';

const contentTypes: Readonly<Record<string, string>> = { '.jpg': 'image/jpeg', '.png': 'image/png' };

export interface Photo {
  name: string;
  bytes: Buffer<ArrayBuffer>;
  contentType: string;
}

export async function photo(name: 'rocket.jpg' | 'coffee.png' | 'chelsea.png'): Promise<Photo> {
  const bytes = await readFile(join(root, 'assets/photos', name));
  return { name, bytes: Buffer.from(bytes), contentType: contentTypes[extname(name)] ?? 'application/octet-stream' };
}

/** The photo's id once its renditions exist, by polling. */
export async function uploadAndWait(session: Session, { bytes, contentType }: Photo): Promise<string> {
  const accepted = jsonOf<{ id: string }>(expecting('upload', await session.upload(bytes, contentType), 202));
  await eventually(`photo ${accepted.id}`, async () => {
    const { status, reason } = await session.get<ImageStatus>(`/v1/images/${accepted.id}/status`);
    if (status === 'failed') throw new Error(`photo ${accepted.id} failed: ${reason}`);
    return status === 'ready' || undefined;
  });
  return accepted.id;
}

export async function placeOrder(
  session: Session,
  imageId: string,
  product: string,
  quantity = 1,
  payment: PaymentMethod = 'wallet',
): Promise<Order> {
  const body = orderOf(imageId, product, quantity, payment);
  return jsonOf<Order>(expecting('order', await session.post('/v1/orders', body), 201));
}

function orderOnce(
  session: Session,
  id: string,
  what: string,
  holds: (order: Order) => boolean,
  withinMs: number,
): Promise<Order> {
  const look = async () => {
    const order = await session.get<Order>(`/v1/orders/${id}`);
    return holds(order) ? order : undefined;
  };
  return eventually(`order ${id} to ${what}`, look, { withinMs });
}

export const waitUntilFinal = (session: Session, id: string, withinMs = 30_000): Promise<Order> =>
  orderOnce(session, id, 'end', isFinal, withinMs);

/** Until it has ended or waits for its customer to pay again. */
export const waitUntilSettled = (session: Session, id: string, withinMs = 30_000): Promise<Order> =>
  orderOnce(session, id, 'settle', isSettled, withinMs);

export const waitUntilOrderIs = (
  session: Session,
  id: string,
  status: Order['status'],
  withinMs = 30_000,
): Promise<Order> => orderOnce(session, id, `be ${status}`, (order) => order.status === status, withinMs);

/** The history of the order and of its money. */
export const timelineOf = (session: Session, id: string): Promise<Timeline> =>
  session.get<Timeline>(`/v1/orders/${id}/timeline`);

/** Waits until the customer has no open order, so that only the next request changes the wallet. */
export const waitUntilQuiet = (session: Session): Promise<true> =>
  eventually(`${session.customer} to have no open order`, async () => {
    const { items } = await session.get<Page<Order>>('/v1/orders?limit=20');
    return items.every(isSettled) || undefined;
  });

export async function cheapestProduct(session: Session): Promise<Product> {
  const { items } = await session.get<Page<Product>>('/v1/products');
  const [cheapest] = items.toSorted((a, b) => a.price - b.price);
  if (!cheapest) throw new Error('the shop sells nothing');
  return cheapest;
}

export const balanceOf = async (session: Session): Promise<number> =>
  (await session.get<Account>('/v1/accounts/me')).balance;

/** The customer's notifications after that sequence number, oldest first, from the database. */
export async function notificationsAfter(session: Session, seq: number): Promise<FeedEvent[]> {
  const found: FeedEvent[] = [];
  for (let path: string | undefined = '/v1/notifications?limit=100'; path;) {
    const { items, next }: Page<FeedEvent> = await session.get<Page<FeedEvent>>(path);
    const newer = items.filter((item) => item.seq > seq);
    found.push(...newer);
    path =
      next && newer.length === items.length
        ? `/v1/notifications?limit=100&cursor=${encodeURIComponent(next)}`
        : undefined;
  }
  return found.reverse();
}
