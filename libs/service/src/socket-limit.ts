import { readFileSync } from 'node:fs';

/** Reserved for the process itself: engines, other services, files. */
const spareFiles = 256;
/** The default when the system has no /proc. */
const defaultOpenFiles = 4_096;

/** The most files this process may open; each connection is one. Node has raised the soft limit to the hard one. */
function maxOpenFiles(): number {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return Number(soft ?? defaultOpenFiles);
  } catch {
    // No /proc on this system.
    return defaultOpenFiles;
  }
}

/**
 * The most connections of a server in this process. Node closes further ones immediately, instead of failing at the next
 * file it opens.
 */
export const maxSockets = (): number => Math.max(1, maxOpenFiles() - spareFiles);
