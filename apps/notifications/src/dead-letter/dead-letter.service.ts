import type { DeadLetter } from '@halftone/contracts';
import { DeadLetterDesk, type LetterFilter } from '@halftone/kafka';
import { DomainError } from '@halftone/kernel';
import { requirePrincipal } from '@halftone/service';
import { Injectable } from '@nestjs/common';

/** The dead letters of all groups, for the operator and nobody else. */
@Injectable()
export class DeadLetterService {
  constructor(private readonly desk: DeadLetterDesk) {}

  async list(filter: LetterFilter, limit: number): Promise<DeadLetter[]> {
    operator();
    const letters = await this.desk.list(filter);
    return letters.toSorted((a, b) => b.time.localeCompare(a.time)).slice(0, limit);
  }

  async replay(id: string): Promise<DeadLetter> {
    return this.desk.replay(id, operator());
  }

  async drop(id: string): Promise<DeadLetter> {
    return this.desk.drop(id, operator());
  }
}

/** Who asks. */
function operator(): string {
  const { customer, role } = requirePrincipal();
  if (role !== 'operator') throw new DomainError('FORBIDDEN', 'Only an operator deals with dead letters');
  return customer;
}
