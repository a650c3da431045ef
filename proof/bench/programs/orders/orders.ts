/** REST edge and saga. */
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import { connect } from './database.ts';
import { openEdge } from './edge.ts';
import { topics } from './event.ts';
import { consume, openKafka } from './kafka.ts';
import { Placing } from './placing.ts';
import { Relay } from './relay.ts';
import { saga } from './saga.ts';
import { announce, readSettings } from './settings.ts';

const settings = await readSettings();
const relay = await Relay.start(settings, 'orders');
const placing = new Placing(await connect(settings.databaseUrl, 'orders'), relay);
await consume(openKafka(settings.brokers, 'limit-orders'), {
  group: 'limit-orders',
  topics: [topics.orders, topics.payments],
  work: saga(await connect(settings.databaseUrl, 'orders'), relay),
});
const redis = new Redis(settings.redisUrl, { enableAutoPipelining: true });
const server = openEdge(placing, redis);
server.listen(0, '127.0.0.1', () => announce((server.address() as AddressInfo).port));
