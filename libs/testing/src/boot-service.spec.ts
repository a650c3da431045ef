import { defineService, requirePrincipal, type RunningService } from '@halftone/service';
import { Controller, Get, Module } from '@nestjs/common';
import { bootService } from './boot-service';
import { testToken } from './tokens';

@Controller()
class WhoController {
  @Get('who')
  who() {
    return requirePrincipal();
  }
}

@Module({ controllers: [WhoController] })
class WhoModule {}

let service: RunningService;

beforeAll(async () => {
  service = await bootService(defineService({ name: 'who', settings: {}, module: () => WhoModule }));
});
afterAll(() => service.stop());

const who = async (token: string) => {
  const answer = await fetch(`${service.httpUrl}/who`, { headers: { authorization: `Bearer ${token}` } });
  return { status: answer.status, body: await answer.json() };
};

test('a booted service accepts a test token', async () => {
  expect(await who(await testToken('alice'))).toEqual({ status: 200, body: { customer: 'alice', role: 'customer' } });
  expect(await who(await testToken('olga', 'operator'))).toMatchObject({ body: { role: 'operator' } });
});

test('an expired token and an invalid token get different codes', async () => {
  expect(await who(await testToken('alice', 'customer', -60))).toMatchObject({
    status: 401,
    body: { code: 'TOKEN_EXPIRED' },
  });
  expect(await who('abc.def.ghi')).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
});
