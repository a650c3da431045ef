import { defineService } from '@halftone/service';
import { checkSeedPassword, settings } from './config';
import { PaymentsModule } from './payments.module';

/** Accounts, the double-entry ledger, payments and transfers. */
export const payments = defineService({
  name: 'payments',
  settings,
  check: checkSeedPassword,
  http: { accepts: { '/graphql': ['application/json'] } },
  module: (config) => PaymentsModule.forRoot(config),
});
