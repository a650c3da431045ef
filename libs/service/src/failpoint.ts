import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@halftone/kernel';
import { counter } from './metrics';

/**
 * Faults at named places of the code, for chaos and tests. Without FAILPOINTS a failpoint costs one comparison.
 * The armed set belongs to the process, not to a service object in it.
 */
export type Fault = { kind: 'kill' } | { kind: 'delay'; ms: number } | { kind: 'error' };

interface Armed {
  fault: Fault;
  /** How often it still fires. */
  left: number;
}

const hits = counter('failpoint_hits_total', 'Faults that were committed on purpose', ['name', 'action']);

const entry = /^([\w.-]+)=(kill|error|delay:(\d+))(?:\*(\d+))?$/;
const nothing = Promise.resolve();

let armed: Map<string, Armed> = new Map();

/** `a=kill;b=delay:500;c=error*1`; undefined when the text is something else. */
export function parseFailpoints(text: string): Map<string, Armed> | undefined {
  const found = new Map<string, Armed>();
  for (const part of text.split(';').filter(Boolean)) {
    const [, name, action, ms, count] = entry.exec(part.trim()) ?? [];
    if (!name || !action) return undefined;
    found.set(name, { fault: faultOf(action, ms), left: count ? Number(count) : Infinity });
  }
  return found;
}

function faultOf(action: string, ms: string | undefined): Fault {
  if (ms !== undefined) return { kind: 'delay', ms: Number(ms) };
  return action === 'kill' ? { kind: 'kill' } : { kind: 'error' };
}

export function armFailpoints(text: string): void {
  armed = parseFailpoints(text) ?? new Map();
  for (const [name, { fault }] of armed) hits.inc({ name, action: fault.kind }, 0);
}

/** Names a place where the process may be made to die, wait or fail. */
export function failpoint(name: string): Promise<void> {
  return armed.size === 0 ? nothing : fire(name);
}

async function fire(name: string): Promise<void> {
  const hit = armed.get(name);
  if (!hit || hit.left === 0) return;
  hit.left -= 1;
  hits.inc({ name, action: hit.fault.kind });
  switch (hit.fault.kind) {
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      // The signal needs a moment; nothing after this line may run.
      return new Promise(() => undefined);
    case 'delay':
      await sleep(hit.fault.ms);
      return;
    case 'error':
      throw new DomainError('UNAVAILABLE', `failpoint ${name}`);
    default:
      return hit.fault satisfies never;
  }
}
