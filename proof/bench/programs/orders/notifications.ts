/** Notifications and their WebSocket edge. */
import { connect } from './database.ts';
import { topics } from './event.ts';
import { Fanout } from './fanout.ts';
import { consume, openKafka } from './kafka.ts';
import { notifier } from './notify.ts';
import { Relay } from './relay.ts';
import { announce, readSettings } from './settings.ts';

const settings = await readSettings();
const relay = await Relay.start(settings, 'notifications');
const fanout = new Fanout();
const port = await fanout.listen();
const kafka = openKafka(settings.brokers, 'limit-notifications');
await consume(kafka, {
  group: 'limit-notifications',
  topics: [topics.orders, topics.payments],
  work: notifier(await connect(settings.databaseUrl, 'notifications'), relay),
});
await consume(kafka, {
  group: `limit-fanout-${process.pid}`,
  topics: [topics.feed],
  work: (values) => fanout.send(values),
  live: true,
});
announce(port);
