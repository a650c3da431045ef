import { defineService } from '@halftone/service';
import { settings } from './config';
import { PaymentsModule } from './payments.module';

/** Accounts, the double-entry ledger, payments and transfers. */
export const payments = defineService({
  name: 'payments',
  settings,
  module: (config) => PaymentsModule.forRoot(config),
});
