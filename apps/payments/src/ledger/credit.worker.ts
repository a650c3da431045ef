import { PollLoop, rowByRow } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { LedgerStore } from './ledger.store';

const everyMs = 1_000;
/** The next transaction that debits the wallet adds fewer credits itself. */
const minimumCredits = 20;
const page = 100;
const name = 'payments.credits';

/** Adds the credits of wallets that are never debited. Every replica runs one; they do not wait for each other. */
@Injectable()
export class CreditWorker {
  private readonly loop: PollLoop;

  constructor(ledger: LedgerStore) {
    const run = rowByRow(name, {
      after: (last: string | undefined) => ledger.credited(minimumCredits, last ?? '', page),
      key: (wallet) => wallet,
      work: (wallet) => ledger.addCreditsOf(wallet),
    });
    this.loop = new PollLoop({ name, everyMs, run });
  }

  start(): void {
    this.loop.start();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
  }
}
