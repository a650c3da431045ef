import { Counter, Rate, Trend } from 'k6/metrics';

/** Requests of any protocol; one with its retries counts once. */
export const requests = new Counter('requests');
/** True for a request that got no usable answer, retries included. */
export const failed = new Rate('failed');
/** Requests whose first try got no usable answer, whatever came of the later ones. */
export const firstTryFailures = new Counter('first_try_failures');
/** From the first try to the answer: what the customer waits. */
export const answerMs = new Trend('answer_ms', true);
export const ordersPlaced = new Counter('orders_placed');

export const listeners = new Counter('listeners');
/** Of the live feed, over all listeners, by `seq`. */
export const eventsReceived = new Counter('events_received');
export const gaps = new Counter('gaps');
export const duplicates = new Counter('duplicates');
/** How often the server said that it can't go on from a cursor. */
export const resets = new Counter('resets');
export const cuts = new Counter('cuts');
/** From losing a connection to being subscribed again. */
export const reconnectMs = new Trend('reconnect_ms', true);
