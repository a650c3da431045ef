import type { DeadLetter } from '@halftone/contracts';
import { DeadLetterDesk, type LetterFilter } from '@halftone/kafka';
import { permittedCaller } from '@halftone/service';
import { Injectable } from '@nestjs/common';

/** The dead letters of all consumer groups; operators only. */
@Injectable()
export class DeadLetterService {
  constructor(private readonly desk: DeadLetterDesk) {}

  async list(filter: LetterFilter, limit: number): Promise<DeadLetter[]> {
    permittedCaller('notifications.ListDeadLetters');
    return this.desk.list(filter, limit);
  }

  async replay(id: string): Promise<DeadLetter> {
    return this.desk.replay(id, permittedCaller('notifications.ReplayDeadLetter').customer);
  }

  async drop(id: string): Promise<DeadLetter> {
    return this.desk.drop(id, permittedCaller('notifications.DropDeadLetter').customer);
  }
}
