import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@halftone/kernel';
import { counter } from './metrics';
import { isTestBuild } from './test-build';

/**
 * Faults at named places of the code, for chaos and tests. Without FAILPOINTS a failpoint costs one comparison. The
 * armed set belongs to the process, not to a service in it.
 */
type Fault = { kind: 'kill' } | { kind: 'delay'; ms: number } | { kind: 'error' } | { kind: 'bug' };

interface Armed {
  fault: Fault;
  /** How often it fires yet. */
  left: number;
}

type ArmedSet = Map<string, Armed>;

const hits = counter('failpoint_hits_total', 'Faults that failpoints injected', ['name', 'action']);

const entry = /^([\w.-]+)=(kill|error|bug|delay:(\d+))(?:\*(\d+))?$/;
const nothing = Promise.resolve();

let armed: ArmedSet = new Map();
let saveRemaining: (left: string) => void = () => undefined;

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

/** Replaces the armed set. `beforeKill` receives the remaining set just before a fault kills the process. */
export function armFailpoints(text: string, beforeKill: (left: string) => void = () => undefined): void {
  armed = parseFailpoints(text) ?? new Map();
  saveRemaining = beforeKill;
  for (const [name, { fault }] of armed) hits.inc({ name, action: fault.kind }, 0);
}

/**
 * A named place where the process can be killed, delayed or made to fail. `after` is what must have happened by then;
 * it is awaited only when a fault is armed here.
 */
export function failpoint(name: string, after: Promise<unknown> = nothing): Promise<void> {
  return armed.size === 0 ? nothing : fire(name, after);
}

/** Whether a bug of this name is armed; see `planted`. */
export const isBug = (name: string): boolean => armed.get(name)?.fault.kind === 'bug';

async function fire(name: string, after: Promise<unknown>): Promise<void> {
  const hit = armed.get(name);
  if (!hit || hit.left === 0) return;
  hit.left -= 1;
  if (after !== nothing) await after;
  hits.inc({ name, action: hit.fault.kind });
  switch (hit.fault.kind) {
    case 'kill':
      saveRemaining(remaining());
      process.kill(process.pid, 'SIGKILL');
      // The signal takes a moment; no line after this may run.
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

/** In the format it was armed with. */
function remaining(): string {
  const left = [...armed].filter(([, entry]) => entry.left > 0);
  return left.map(([name, entry]) => `${name}=${actionOf(entry.fault)}${countOf(entry)}`).join(';');
}

const actionOf = (fault: Fault): string => (fault.kind === 'delay' ? `delay:${fault.ms}` : fault.kind);
const countOf = ({ left }: Armed): string => (left === Infinity ? '' : `*${left}`);
