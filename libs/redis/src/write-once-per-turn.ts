import type { Writable } from 'node:stream';

/**
 * Everything that is written during one turn of the event loop leaves in one system call, which is most of what a command costs: under
 * load that halves the CPU of a request's key. Nothing waits longer than for the turn to end.
 */
export function writeOncePerTurn(stream: Writable): void {
  const write = stream.write;
  let held = false;
  const release = () => {
    held = false;
    stream.uncork();
  };
  const writeHeld = (...args: Parameters<typeof write>): boolean => {
    if (!held) {
      held = true;
      stream.cork();
      process.nextTick(release);
    }
    return write.apply(stream, args);
  };
  stream.write = writeHeld as typeof write;
}
