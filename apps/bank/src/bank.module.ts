import { PostgresModule } from '@halftone/postgres';
import { part, startAndStop } from '@halftone/service';
import { certificateOf, privateKeyOf } from '@halftone/soap';
import { type DynamicModule, Module } from '@nestjs/common';
import { AccountStore } from './account/account.store';
import { LOAD_CUSTOMERS, SeedService } from './account/seed.service';
import { BehaviourService } from './behaviour/behaviour.service';
import { BehaviourStore } from './behaviour/behaviour.store';
import { OperatorHttp } from './behaviour/operator.http';
import type { BankConfig } from './config';
import { migrations } from './migrations';
import { NonceStore, oldNonces } from './nonce/nonce.store';
import { HangingRequests } from './soap/hanging-requests.http';
import { SoapHttp } from './soap/soap.http';
import { BANK_KEYS, type BankKeys, SoapService } from './soap/soap.service';
import { TransactionService } from './transaction/transaction.service';
import { TransactionStore } from './transaction/transaction.store';
import { WsdlHttp } from './wsdl/wsdl.http';

function keysOf(config: BankConfig): BankKeys {
  const identity = { key: privateKeyOf(config.BANK_KEY), certificate: certificateOf(config.BANK_CERT) };
  const users = new Map([[config.BANK_USERNAME, config.BANK_PASSWORD]]);
  return { identity, trust: { certificates: config.BANK_CLIENT_CERTS_TRUSTED, users, key: identity.key } };
}

const list = startAndStop({
  serve: [part('seed', SeedService, (it) => it.seed())],
  refuse: [part('hanging requests', HangingRequests, (it) => it.disconnect())],
});

@Module({})
export class BankModule {
  static forRoot(config: BankConfig): DynamicModule {
    return {
      module: BankModule,
      imports: [
        PostgresModule.forRoot({
          url: config.DATABASE_URL,
          poolSize: config.DATABASE_POOL_SIZE,
          schema: 'bank',
          migrations,
          retention: [oldNonces],
        }),
      ],
      controllers: [OperatorHttp, WsdlHttp, SoapHttp],
      providers: [
        { provide: LOAD_CUSTOMERS, useValue: config.SEED_LOAD_CUSTOMERS },
        ...[AccountStore, SeedService, TransactionStore, TransactionService],
        { provide: BANK_KEYS, useFactory: () => keysOf(config) },
        ...[BehaviourStore, BehaviourService, NonceStore, SoapService, HangingRequests],
        list,
      ],
    };
  }
}
