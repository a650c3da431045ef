import { pemOf } from './pem';

const der = 'A'.repeat(100);
const pem = `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----\n`;

test.each([
  ['plain PEM', pem],
  ['base64 of PEM', Buffer.from(pem).toString('base64')],
  ['base64 of DER', der],
])('%s becomes PEM', (_what, text) => {
  expect(pemOf(text, 'CERTIFICATE')).toBe(pem);
});
