import { preferredType } from './negotiation';

const types = ['text/plain', 'application/openmetrics-text'];

test.each([
  [undefined, 'text/plain'],
  ['', 'text/plain'],
  ['*/*', 'text/plain'],
  ['text/*', 'text/plain'],
  ['application/openmetrics-text', 'application/openmetrics-text'],
  ['application/openmetrics-text;q=0', undefined],
  ['application/openmetrics-text;q=0, */*', 'text/plain'],
  ['application/openmetrics-text; version=1.0.0; q=0.000, text/plain', 'text/plain'],
  ['application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.8', 'text/plain'],
  ['Application/OpenMetrics-Text; Version="1.0.0, not 2"; Q=0.9, text/plain;q=0.3', 'application/openmetrics-text'],
  // As Prometheus 3 sends it.
  [
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,' +
      'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
    'application/openmetrics-text',
  ],
  ['*/*;q=0', undefined],
  ['image/png', undefined],
  ['application/openmetrics-text;q=nonsense, text/plain;q=0.1', 'text/plain'],
])('Accept %j: %s', (accept, type) => {
  expect(preferredType(accept, types)).toBe(type);
});
