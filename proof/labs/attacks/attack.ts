/** An attack from outside: what it does, and how it must be answered. */
import type { RunState, Urls } from '@halftone/tools/os/run-state.ts';

/** The knowledge and means of an attacker. Its requests come from an address of its own where the machine has more than one. */
export interface Target {
  urls: Urls;
  /** `host:port` of payments' gRPC, for whoever is inside. */
  paymentsGrpc: string;
  /** Of the attacker, who is a customer. */
  token: string;
  attacker: string;
  /** Another customer, to send money to. */
  recipient: string;
  /** Where the attacker's connections come from. */
  localAddress: string | undefined;
}

/** How often each answer came: a status (`429`), a status of gRPC (`INVALID_ARGUMENT`), `closed`, `unread` or `accepted`. */
export type Answers = Record<string, number>;

export interface Attack {
  name: string;
  /** One line for people. */
  about: string;
  /** At least one of these has to be seen: that is how it is refused or bounded. */
  refusedBy: readonly string[];
  /** How often an answer may come at most, where it must not come for ever. */
  atMost?: Readonly<Record<string, number>>;
  /** Work of the attacker before the measurement. */
  prepare?(): void;
  run(target: Target, until: AbortSignal): Promise<Answers>;
  /** Rejects when something that must still work right after the attack fails. */
  stillPossible?(gateway: string): Promise<unknown>;
}

export class Tally {
  readonly answers: Answers = {};

  /** The same answer again. */
  add(answer: string, count = 1): string {
    this.answers[answer] = (this.answers[answer] ?? 0) + count;
    return answer;
  }
}

export const targetOf = (run: RunState, more: Omit<Target, 'urls' | 'paymentsGrpc'>): Target => ({
  ...more,
  urls: run.urls,
  paymentsGrpc: run.services.find(({ name }) => name === 'payments')?.grpc ?? '',
});
