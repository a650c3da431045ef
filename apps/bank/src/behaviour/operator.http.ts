import { Body, type CanActivate, Controller, Get, Injectable, Put, Query, UseGuards } from '@nestjs/common';
import { TransactionService } from '../transaction/transaction.service';
import type { Behaviour } from './behaviour';
import { behaviourBody, type BehaviourBody, transactionsQuery, type TransactionsQuery } from './behaviour.schema';
import { BehaviourService } from './behaviour.service';
import { permittedCaller } from '@halftone/service';

/** Only operators of the shop may inject faults; customers get FORBIDDEN. */
@Injectable()
class OperatorGuard implements CanActivate {
  canActivate(): boolean {
    permittedCaller('bank.SetBehaviour');
    return true;
  }
}

/** Makes the bank slow, flaky or silent, for tests. */
@Controller('operator')
@UseGuards(OperatorGuard)
export class OperatorHttp {
  constructor(
    private readonly behaviour: BehaviourService,
    private readonly transactions: TransactionService,
  ) {}

  @Get('behaviour')
  get(): Promise<Behaviour> {
    return this.behaviour.get();
  }

  @Put('behaviour')
  set(@Body({ schema: behaviourBody }) body: BehaviourBody): Promise<Behaviour> {
    return this.behaviour.set(body);
  }

  @Get('transactions')
  async list(@Query({ schema: transactionsQuery }) { account, limit }: TransactionsQuery) {
    return { items: await this.transactions.list(account, limit) };
  }
}
