/** Formats payments and refund requests as text. */
import type { RefundRequest } from './refund.ts';

export const money = (amount: number, currency: string): string => `${(amount / 100).toFixed(2)} ${currency}`;

export const amountOf = ({ amount, currency }: Pick<RefundRequest, 'amount' | 'currency'>): string =>
  amount === null ? 'the rest' : money(amount, currency);

const charactersShown = 8;

/** The last characters: a UUIDv7 starts with the time, so ids of the same minute start alike. */
export const shortId = (id: string): string => `…${id.slice(-charactersShown)}`;

export const aboutOf = ({ orderId, paymentId }: Pick<RefundRequest, 'orderId' | 'paymentId'>): string =>
  orderId === null ? `payment ${shortId(paymentId)}` : `order ${shortId(orderId)}`;

/** Defaults to the browser's locale and time zone. */
export const timeOf = (iso: string, locale?: string, timeZone?: string): string =>
  new Date(iso).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short', ...(timeZone && { timeZone }) });
