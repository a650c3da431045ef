import { Injectable } from '@nestjs/common';
import { type Behaviour, type Fate, fateOf } from './behaviour';
import { BehaviourStore } from './behaviour.store';

/** How the bank behaves now, and what that means for one request. */
@Injectable()
export class BehaviourService {
  constructor(private readonly store: BehaviourStore) {}

  get(): Promise<Behaviour> {
    return this.store.load();
  }

  async set(behaviour: Behaviour): Promise<Behaviour> {
    await this.store.save(behaviour);
    return behaviour;
  }

  async fate(): Promise<Fate> {
    return fateOf(await this.store.load(), Math.random);
  }
}
