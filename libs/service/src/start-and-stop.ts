import type { FactoryProvider, Type } from '@nestjs/common';
import { Lifecycle, type StartStage, startStages, type StopStage, stopStages } from './lifecycle';

/** The work of a provider in one stage. */
export interface Part {
  /** The name in the log, and in the answer of the readiness probe until it has started. */
  name: string;
  of: Token<unknown>;
  run(instance: unknown): unknown;
  advice?: string | undefined;
}

type Token<T> = Type<T> | symbol | (abstract new (...args: never[]) => T);

export type StartAndStopList = { readonly [S in StartStage | StopStage]?: readonly Part[] };

/** `advice`: what to check when it does not start, in a few words. */
export const part = <T>(name: string, of: Token<T>, run: (instance: T) => unknown, advice?: string): Part => ({
  name,
  of,
  run: run as Part['run'],
  advice,
});

/**
 * Declares what a module starts and stops, and when: the stages from top to bottom, the parts of one stage
 * concurrently. The module of a service has one such list; each platform module has its own.
 */
export function startAndStop(list: StartAndStopList): FactoryProvider & { list: StartAndStopList } {
  const inOrder = [...startStages, ...stopStages];
  const stages = Object.keys(list) as (StartStage | StopStage)[];
  if (stages.some((stage, at) => inOrder.indexOf(stage) < inOrder.indexOf(stages[at - 1] ?? stage)))
    throw new Error(`stages run in the order ${inOrder.join(', ')}; list them so`);
  const entries = stages.flatMap((stage) => (list[stage] ?? []).map((one) => ({ stage, ...one })));
  return {
    list,
    provide: Symbol('start and stop'),
    inject: [Lifecycle, ...entries.map(({ of }) => of)],
    useFactory: (lifecycle: Lifecycle, ...instances: unknown[]) => {
      for (const [at, { stage, name, run, advice }] of entries.entries()) {
        const work = async () => void (await run(instances[at]));
        if (isStart(stage)) lifecycle.onStart(stage, name, work, advice);
        else lifecycle.onStop(stage, name, work);
      }
    },
  };
}

const isStart = (stage: StartStage | StopStage): stage is StartStage =>
  (startStages as readonly string[]).includes(stage);
