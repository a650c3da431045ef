import { stagesOf } from '@halftone/testing';
import { BankModule } from './bank.module';
import type { BankConfig } from './config';

test('the service starts and stops in this order', () => {
  expect(stagesOf(BankModule.forRoot({} as BankConfig))).toEqual({
    connect: ['postgres'],
    migrate: ['migrations'],
    serve: ['seed'],
    consume: ['reaper'],
    yield: ['reaper'],
    refuse: ['hanging requests'],
    close: ['postgres'],
  });
});
