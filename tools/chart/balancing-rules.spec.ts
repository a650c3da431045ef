import { complaintsAboutBalancing } from './balancing-rules.ts';

const deployment = (sessions: string) => ({
  kind: 'Deployment',
  metadata: { name: 'halftone-realtime' },
  spec: {
    template: {
      spec: { containers: [{ name: 'realtime', image: 'i', env: [{ name: 'REALTIME_SESSIONS', value: sessions }] }] },
    },
  },
});
const service = (sessionAffinity?: string) => ({
  kind: 'Service',
  metadata: { name: 'halftone-realtime' },
  spec: { ...(sessionAffinity && { sessionAffinity }) },
});
const route = (backend?: string) => ({
  kind: 'HTTPRoute',
  metadata: { name: 'halftone' },
  spec: { rules: backend ? [{ backendRefs: [{ name: backend }], sessionPersistence: { type: 'Cookie' } }] : [{}] },
});

test('each way has what it needs', () => {
  const sticky = [deployment('process'), service('ClientIP'), route('halftone-realtime')];
  expect(complaintsAboutBalancing(sticky, 'process', 'ClientIP')).toEqual([]);
  expect(complaintsAboutBalancing([deployment('redis'), service(), route()], 'redis', undefined)).toEqual([]);
});

test('what is missing, and what is there without a need, is named', () => {
  expect(complaintsAboutBalancing([deployment('client'), service(), route()], 'process', 'ClientIP')).toHaveLength(3);
  const other = [deployment('redis'), service('ClientIP'), route('halftone-gateway')];
  expect(complaintsAboutBalancing(other, 'redis', undefined)).toHaveLength(2);
});
