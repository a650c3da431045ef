import { Injectable } from '@nestjs/common';

/**
 * Wakes this process's worker right after an upload was committed. Only a shortcut: the worker also looks by itself every
 * 500 ms, so a ring that nobody hears (no worker here, or it is busy) costs time and nothing else.
 */
@Injectable()
export class JobBell {
  private rung = false;
  private wake: (() => void) | undefined;

  ring(): void {
    this.rung = true;
    this.wake?.();
  }

  /** Until the next ring, at most `ms`; at once if it rang since the last wait. */
  async wait(ms: number): Promise<void> {
    if (!this.rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.wake = () => (clearTimeout(timer), resolve());
      });
    }
    this.rung = false;
    this.wake = undefined;
  }
}
