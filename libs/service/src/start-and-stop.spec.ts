import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Lifecycle } from './lifecycle';
import { configureLog } from './log';
import { part, startAndStop } from './start-and-stop';

class Engine {
  constructor(private readonly done: string[]) {}

  turn = async (way: string) => void this.done.push(way);
}

test('the parts of a list run in the stages they are listed in, each on its provider', async () => {
  configureLog({ service: 'test', instance: 'test', level: 'silent' });
  const [lifecycle, done] = [new Lifecycle(1_000), [] as string[]];
  const list = startAndStop({
    connect: [part('engine', Engine, (it) => it.turn('connected'), 'check the engine')],
    consume: [part('work', Engine, (it) => it.turn('consuming'))],
    yield: [part('work', Engine, (it) => it.turn('yielded'))],
    close: [part('engine', Engine, (it) => it.turn('closed'))],
  });
  class Root {}
  Module({
    providers: [{ provide: Lifecycle, useValue: lifecycle }, { provide: Engine, useValue: new Engine(done) }, list],
  })(Root);
  await NestFactory.createApplicationContext(Root, { logger: false });
  expect(lifecycle.missing()).toEqual(['engine', 'work']);
  await lifecycle.start();
  await lifecycle.stop();
  expect(done).toEqual(['connected', 'consuming', 'yielded', 'closed']);
});

test('a list whose stages are not in the order in which they run is refused', () => {
  const one = [part('engine', Engine, () => undefined)];
  expect(() => startAndStop({ yield: one, connect: one })).toThrow('stages run in the order connect, migrate');
});
