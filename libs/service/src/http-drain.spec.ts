import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get } from '@nestjs/common';
import { JWT_PUBLIC_KEY } from './fixture/tokens.fixture';
import { defineService } from './service-definition';
import { type RunningService, startService } from './start-service';

@Controller()
class SlowHttp {
  @Get('quick')
  quick() {
    return {};
  }

  @Get('slow')
  async slow() {
    await sleep(150);
    return {};
  }
}

const definition = defineService({
  name: 'slow',
  settings: {},
  module: () => ({ module: class {}, controllers: [SlowHttp] }),
});
const start = (lameDuckMs: number) =>
  startService(definition, {
    HTTP_PORT: '0',
    LOG_LEVEL: 'silent',
    SHUTDOWN_LAME_DUCK_MS: String(lameDuckMs),
    JWT_PUBLIC_KEY,
  });

/** A client with keep-alive connections, like load generators and pools. */
async function ask(service: RunningService, agent: Agent, path = '/quick') {
  const request = get(service.httpUrl + path, { agent });
  const [answer] = await once(request, 'response');
  answer.resume();
  await once(answer, 'end');
  return { status: answer.statusCode, connection: answer.headers.connection, reused: request.reusedSocket };
}

test('a lame duck answers on open and on new connections, and each answer closes its connection', async () => {
  const service = await start(4_000);
  const agent = new Agent({ keepAlive: true });
  expect(await ask(service, agent)).toEqual({ status: 200, connection: 'keep-alive', reused: false });
  const stopped = service.stop();
  await sleep(50);
  expect((await fetch(`${service.httpUrl}/healthz/ready`)).status).toBe(503);
  expect(await ask(service, agent)).toEqual({ status: 200, connection: 'close', reused: true });
  expect(await ask(service, agent)).toEqual({ status: 200, connection: 'close', reused: false });
  await stopped;
  agent.destroy();
});

test('idle connections stay open during the lame-duck phase and do not delay the stop after it', async () => {
  const service = await start(600);
  const agent = new Agent({ keepAlive: true });
  await ask(service, agent);
  const silent = connect({ port: Number(new URL(service.httpUrl).port), host: '127.0.0.1' }).on(
    'error',
    () => undefined,
  );
  await once(silent, 'connect');
  const [idle] = Object.values(agent.freeSockets).flat();
  if (!idle) throw new Error('no connection was kept');
  const began = performance.now();
  const cut = Promise.all([
    once(silent, 'close').then(() => performance.now() - began),
    once(idle, 'close').then(() => performance.now() - began),
  ]);
  await service.stop();
  expect(performance.now() - began).toBeLessThan(20_000);
  for (const after of await cut) expect(after).toBeGreaterThanOrEqual(599);
  agent.destroy();
});

test('under load no request fails: clients move while both replicas serve', async () => {
  const [old, fresh] = await Promise.all([start(3_000), start(0)]);
  let target = old;
  const agent = new Agent({ keepAlive: true });
  let isOver = false;
  const failures: unknown[] = [];
  const counts = { old: 0, fresh: 0 };
  const client = async (path: string) => {
    while (!isOver) {
      const asked = target;
      await ask(asked, agent, path).catch((error) => failures.push(error));
      counts[asked === old ? 'old' : 'fresh'] += 1;
    }
  };
  const clients = [client('/quick'), client('/quick'), client('/slow'), client('/slow')];
  while (counts.old < 5) await sleep(5);
  const stopped = old.stop();
  await sleep(200);
  target = fresh;
  await stopped;
  while (counts.fresh < 5) await sleep(5);
  isOver = true;
  await Promise.all(clients);
  expect(failures).toEqual([]);
  agent.destroy();
  await fresh.stop();
});
