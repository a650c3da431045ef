import { Injectable } from '@nestjs/common';
import { type Behaviour, type FaultPlan, faultPlanOf } from './behaviour';
import { BehaviourStore } from './behaviour.store';

/** The current behaviour, and the faults it injects into a request. */
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

  async faultPlan(): Promise<FaultPlan> {
    return faultPlanOf(await this.store.load(), Math.random);
  }
}
