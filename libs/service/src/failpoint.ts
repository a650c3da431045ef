import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@halftone/kernel';
import { counter } from './metrics';
import { isTestBuild } from './test-build';

/**
 * Faults at named places of the code, for chaos and tests. Without FAILPOINTS a failpoint costs one comparison.
 * The armed set belongs to the process, not to a service object in it.
 */
export type Fault = { kind: 'kill' } | { kind: 'delay'; ms: number } | { kind: 'error' } | { kind: 'bug' };

interface Armed {
  fault: Fault;
  /** How often it still fires. */
  left: number;
}

type ArmedSet = Map<string, Armed>;

const hits = counter('failpoint_hits_total', 'Faults that were committed on purpose', ['name', 'action']);

const entry = /^([\w.-]+)=(kill|error|bug|delay:(\d+))(?:\*(\d+))?$/;
const nothing = Promise.resolve();

let armed: ArmedSet = new Map();
let lastWords: (left: string) => void = () => undefined;

/** `a=kill;b=delay:500;c=error*1`, in a test build also `d=bug`; undefined when the text is something else. */
export function parseFailpoints(text: string): ArmedSet | undefined {
  const found: ArmedSet = new Map();
  for (const part of text.split(';').filter((one) => one.trim())) {
    const [, name, action, ms, count] = entry.exec(part.trim()) ?? [];
    if (!name || !action || (action === 'bug' && !isTestBuild())) return undefined;
    found.set(name, { fault: faultOf(action, ms), left: count ? Number(count) : Infinity });
  }
  return found;
}

function faultOf(action: string, ms: string | undefined): Fault {
  if (ms !== undefined) return { kind: 'delay', ms: Number(ms) };
  return { kind: action as 'kill' | 'error' | 'bug' };
}

/** Takes the place of what was armed. `beforeKill` is told what is left just before the process is killed by one of these. */
export function armFailpoints(text: string, beforeKill: (left: string) => void = () => undefined): void {
  armed = parseFailpoints(text) ?? new Map();
  lastWords = beforeKill;
  for (const [name, { fault }] of armed) hits.inc({ name, action: fault.kind }, 0);
}

/**
 * Names a place where the process may be made to die, wait or fail. `after` is what must have happened for that to be the place; it is
 * waited for only when something is armed here.
 */
export function failpoint(name: string, after: Promise<unknown> = nothing): Promise<void> {
  return armed.size === 0 ? nothing : fire(name, after);
}

/** Whether this entry is one of a bug; that alone plants nothing, see `planted`. */
export const isBug = (name: string): boolean => armed.get(name)?.fault.kind === 'bug';

async function fire(name: string, after: Promise<unknown>): Promise<void> {
  const hit = armed.get(name);
  if (!hit || hit.left === 0) return;
  hit.left -= 1;
  if (after !== nothing) await after;
  hits.inc({ name, action: hit.fault.kind });
  switch (hit.fault.kind) {
    case 'kill':
      lastWords(remaining());
      process.kill(process.pid, 'SIGKILL');
      // The signal needs a moment; nothing after this line may run.
      return new Promise(() => undefined);
    case 'delay':
      await sleep(hit.fault.ms);
      return;
    case 'error':
      throw new DomainError('UNAVAILABLE', `failpoint ${name}`);
    case 'bug':
      return;
    default:
      return hit.fault satisfies never;
  }
}

/** In the words it was armed with. */
function remaining(): string {
  const left = [...armed].filter(([, entry]) => entry.left > 0);
  return left.map(([name, entry]) => `${name}=${actionOf(entry.fault)}${countOf(entry)}`).join(';');
}

const actionOf = (fault: Fault): string => (fault.kind === 'delay' ? `delay:${fault.ms}` : fault.kind);
const countOf = ({ left }: Armed): string => (left === Infinity ? '' : `*${left}`);
