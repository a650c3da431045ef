import { defineService } from '@halftone/service';
import { BankModule } from './bank.module';
import { settings } from './config';
import { acceptSoap } from './soap-parser.http';

/** A simulated legacy bank: only SOAP with WS-Security, and slow, flaky or down if its operator sets it so. */
export const bank = defineService({
  name: 'bank',
  settings,
  // Other content types are refused with a SOAP fault.
  http: {
    accepts: { '/bank': ['text/xml', 'application/soap+xml', 'multipart/related', 'application/json'] },
    // SOAP messages are authenticated by their content, so it must be read first.
    bodies: { '/bank': 'anyone', '*': 'signed-in' },
    anonymousBody: 1024 * 1024,
  },
  module: (config) => BankModule.forRoot(config),
  start: acceptSoap,
});
