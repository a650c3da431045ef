import { askUnknownParameter, bootService, testToken } from '@halftone/testing';
import { gateway } from '../gateway';
import { fakeServices, gatewayEnv } from '../services.fixture';

test('every route refuses an unknown query parameter, with the same message', async () => {
  const services = await bootService(fakeServices({}));
  const edge = await bootService(gateway, gatewayEnv(services.grpcUrl));
  const headers = { authorization: `Bearer ${await testToken('olga', 'operator')}`, 'idempotency-key': 'k1' };
  const { answers, expected } = await askUnknownParameter(edge, { headers, types: { '/v1/images': 'image/png' } });
  expect(answers).toEqual(expected);
  const paths = ['GET /v1/orders:', 'GET /v1/images/:id/original:', 'POST /v1/images:', 'GET /v1/events:'];
  for (const path of paths) expect(expected).toContainEqual(expect.stringContaining(path));
  await edge.stop();
  await services.stop();
});
