/** How long before its token ends a client is told, in ms. */
const noticeMs = 30_000;

/** What is to be done about a connection whose token ends at `expires` (both in epoch ms): tell it, end it, or nothing. */
export function dueAt(now: number, expires: number, wasTold: boolean): 'tell' | 'end' | undefined {
  if (now >= expires) return 'end';
  return !wasTold && now >= expires - noticeMs ? 'tell' : undefined;
}
