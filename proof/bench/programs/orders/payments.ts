import { connect } from './database.ts';
import { topics } from './event.ts';
import { consume, openKafka } from './kafka.ts';
import { Relay } from './relay.ts';
import { announce, readSettings } from './settings.ts';
import { walletPayments } from './wallet-payments.ts';

const settings = await readSettings();
const relay = await Relay.start(settings, 'payments');
await consume(openKafka(settings.brokers, 'limit-payments'), {
  group: 'limit-payments',
  topics: [topics.orders],
  work: walletPayments(await connect(settings.databaseUrl, 'payments'), relay),
});
announce(0);
