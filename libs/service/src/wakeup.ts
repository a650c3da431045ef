/** A wait that can be ended; a signal that comes between two waits is not lost. */
export class Wakeup {
  private signalled = false;
  private wake: (() => void) | undefined;

  signal(): void {
    this.signalled = true;
    this.wake?.();
  }

  /** Resolves at the next signal (or one since the last call), after `ms` at the latest. */
  async within(ms: number): Promise<void> {
    if (!this.signalled) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.wake = undefined;
    this.signalled = false;
  }
}
