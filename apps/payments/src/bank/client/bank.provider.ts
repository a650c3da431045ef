import type { ConfigOf } from '@halftone/service';
import { Lifecycle } from '@halftone/service';
import { certificateOf, privateKeyOf } from '@halftone/soap';
import type { Provider } from '@nestjs/common';
import { BANK } from '../bank';
import { BankHttp } from './bank.http';
import { BankMessages } from './bank.messages';
import { SoapBank } from './bank.soap';
import { Breaker } from './breaker';
import type { bankSettings } from './config';

type BankConfig = ConfigOf<typeof bankSettings>;

/** The bank over SOAP, for whoever asks for `BANK`; its connections close when the process stops. */
export const soapBank = (config: BankConfig): Provider => ({
  provide: BANK,
  inject: [Lifecycle],
  useFactory: (lifecycle: Lifecycle) => {
    const http = new BankHttp(config.BANK_URL);
    const breaker = new Breaker(config.BANK_BREAKER_OPEN_MS);
    const own = { key: privateKeyOf(config.BANK_CLIENT_KEY), certificate: certificateOf(config.BANK_CLIENT_CERT) };
    const messages = new BankMessages(own, certificateOf(config.BANK_CERT));
    lifecycle.onStop('close', 'bank', async () => {
      breaker.close();
      await http.close();
    });
    return new SoapBank(http, messages, breaker, config.BANK_TIMEOUT_MS);
  },
});
