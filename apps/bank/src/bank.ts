import { defineService } from '@halftone/service';
import { BankModule } from './bank.module';
import { settings } from './config';
import { takeSoap } from './soap.parsers';

/** A bank of the old kind, simulated: SOAP with WS-Security and nothing else, and slow, flaky or down when its operator says so. */
export const bank = defineService({
  name: 'bank',
  settings,
  module: (config) => BankModule.forRoot(config),
  start: takeSoap,
});
