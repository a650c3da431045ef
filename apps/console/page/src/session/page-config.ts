import { fullJitter } from '@halftone/client';

const retryBackoff = { baseMs: 500, capMs: 10_000 };

/** Ends early when the signal aborts. */
const pauseAfter = (failures: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, fullJitter(failures, retryBackoff));
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
  });

interface Dependencies {
  fetch?: (path: string, options: { signal: AbortSignal }) => Promise<Response>;
  pause?: (failures: number, signal: AbortSignal) => Promise<void>;
}

/** Retries until it succeeds; undefined once aborted. Never rejects, because a failed page would show "connecting" forever. */
export async function realtimeUrls(
  signal: AbortSignal,
  { fetch: load = fetch, pause = pauseAfter }: Dependencies = {},
): Promise<string[] | undefined> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      return await urlsIn(await load('/console/config.json', { signal }));
    } catch {
      // Offline, restarting or an error page: retry.
      await pause(failures, signal);
    }
  }
  return undefined;
}

async function urlsIn(answer: Response): Promise<string[]> {
  if (!answer.ok) throw new Error(`${answer.status} for the page's configuration`);
  const body = (await answer.json()) as { realtime?: unknown } | null;
  const urls = body?.realtime;
  if (!Array.isArray(urls) || urls.length === 0 || !urls.every((url) => typeof url === 'string'))
    throw new Error("the page's configuration has no addresses");
  return urls;
}
