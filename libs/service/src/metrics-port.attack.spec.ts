import { JWT_PUBLIC_KEY } from './fixture/tokens.fixture';
import { metricsPortOf } from './metrics-server';
import { defineService } from './service-definition';
import { type RunningService, startService } from './start-service';

class Nothing {}
const nothing = defineService({ name: 'nothing', settings: {}, module: () => Nothing });

const start = (settings: Record<string, string>) =>
  startService(nothing, { HTTP_PORT: '0', LOG_LEVEL: 'silent', JWT_PUBLIC_KEY, ...settings });

let service: RunningService;
afterEach(() => service?.stop());

test('with METRICS_PORT the metrics are served there and not on the HTTP port', async () => {
  service = await start({ METRICS_PORT: '0' });
  const own = await fetch(service.metricsUrl);
  expect(await own.text()).toMatch(/^build_info\{.*} 1$/m);
  expect(own.headers.get('content-type')).toMatch(/^text\/plain; version=/);
  const open = await fetch(service.metricsUrl, { headers: { accept: 'application/openmetrics-text; version=1.0.0' } });
  expect(open.headers.get('content-type')).toMatch(/^application\/openmetrics-text/);
  const base = new URL(service.metricsUrl).origin;
  expect(base).not.toBe(service.httpUrl);
  expect((await fetch(`${service.httpUrl}/metrics`)).status).toBe(404);
  expect((await fetch(`${base}/`)).status).toBe(404);
  expect((await fetch(`${base}/metrics`, { method: 'POST' })).status).toBe(405);
  expect((await fetch(`${service.httpUrl}/healthz/ready`)).status).toBe(200);
});

test('on loopback the HTTP port serves the metrics by default', async () => {
  service = await start({});
  expect(service.metricsUrl).toBe(`${service.httpUrl}/metrics`);
  expect((await fetch(service.metricsUrl)).status).toBe(200);
});

test('a process that other machines can reach has a metrics port, unless configured otherwise', () => {
  const [open, HTTP_PORT] = ['0.0.0.0', 8080];
  expect(metricsPortOf({ HTTP_HOST: open, HTTP_PORT })).toBe(9464);
  expect(metricsPortOf({ HTTP_HOST: open, HTTP_PORT, METRICS_PORT: 9000 })).toBe(9000);
  expect(metricsPortOf({ HTTP_HOST: open, HTTP_PORT, METRICS_PORT: HTTP_PORT })).toBeUndefined();
  expect(metricsPortOf({ HTTP_HOST: '127.0.0.1', HTTP_PORT })).toBeUndefined();
});
