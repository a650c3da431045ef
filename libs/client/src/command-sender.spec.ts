import type { Command, ServerError } from './messages.ts';
import { CommandSender, maxWaiting } from './command-sender.ts';
import type { ConnectionContext } from './transport.ts';

const command = (n: number): Command => ({
  type: 'chat.send',
  room: 'support:alice',
  text: 'hello',
  clientId: `c${n}`,
});

/** The server gives no peer id until the test does; then every POST is accepted. */
function connected() {
  const posted: string[] = [];
  const refused: ServerError[] = [];
  const fetch = async (_url: string, { body = '' }: { body?: string }) => {
    posted.push((JSON.parse(body) as { clientId: string }).clientId);
    return new Response(null, { status: 202 });
  };
  const context = { url: 'http://h', token: 't', fetch, timeouts: { openMs: 1_000 } } as unknown as ConnectionContext;
  const sender = new CommandSender(context, new AbortController().signal, (error) => refused.push(error));
  return { sender, posted, refused };
}

const ids = (from: number, count: number) => Array.from({ length: count }, (_, n) => `c${from + n}`);
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

test('without a peer id a limited number of commands waits; the next is refused', async () => {
  const { sender, posted, refused } = connected();
  const answers = Array.from({ length: maxWaiting }, (_, n) => sender.send(command(n)));
  expect(answers).not.toContain(false);
  expect(sender.send(command(maxWaiting))).toBe(false);
  expect(refused).toMatchObject([{ code: 'RATE_LIMITED' }]);
  expect(posted).toEqual([]);
});

test('waiting commands are sent in order once they can be, and then the queue has space again', async () => {
  const { sender, posted, refused } = connected();
  for (let n = 0; n < maxWaiting; n += 1) sender.send(command(n));
  sender.setPeer('peer');
  await settled();
  expect(sender.send(command(maxWaiting))).toBe(true);
  await settled();
  expect(posted).toEqual(ids(0, maxWaiting + 1));
  expect(refused).toEqual([]);
});
