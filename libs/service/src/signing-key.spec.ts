import { generateKeyPairSync } from 'node:crypto';
import { isPrivateKey, isPublicKey, privateKeyOf, publicKeyOf } from './signing-key';

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const base64 = (bytes: Buffer | string) => Buffer.from(bytes).toString('base64');
const pemOf = (label: string, body: string) => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;

/** Made by the chart's own functions: genPrivateKey "ed25519" and genSelfSignedCertWithKey. */
const certificate = pemOf(
  'CERTIFICATE',
  [
    'MIIBJTCB2KADAgECAhEA45zMKabgfYoFBC7d8WSk9zAFBgMrZXAwEzERMA8GA1UEAxMIaGFsZnRvbmUwIBcNMjYxMTIyMTkzNzQ1',
    'WhgPMjEyNjEwMjkxOTM3NDVaMBMxETAPBgNVBAMTCGhhbGZ0b25lMCowBQYDK2VwAyEAsPTP7IUkKhVLL577wksKNa6mQI6QMVyq',
    'bz/GeuRZqySjPzA9MA4GA1UdDwEB/wQEAwIFoDAdBgNVHSUEFjAUBggrBgEFBQcDAQYIKwYBBQUHAwIwDAYDVR0TAQH/BAIwADAF',
    'BgMrZXADQQBo6Bcbl/hBtz0/ujwNSSmR5rd/Qr28zVJGqOSJPwta6x4Xbimj2L9wr6VimMt6LnsKaGcgPZpL+Vl0Hao/NPYF',
  ].join('\n'),
);
const certified = 'MCowBQYDK2VwAyEAsPTP7IUkKhVLL577wksKNa6mQI6QMVyqbz/GeuRZqyQ=';

test.each([
  ['DER', base64(publicKey.export({ format: 'der', type: 'spki' }))],
  ['PEM', base64(publicKey.export({ format: 'pem', type: 'spki' }))],
  ['PEM as it is', publicKey.export({ format: 'pem', type: 'spki' }).toString()],
])('a public key as %s', (_form, text) => {
  expect(isPublicKey(text)).toBe(true);
  expect(publicKeyOf(text).equals(publicKey)).toBe(true);
});

test('a certificate gives its key', () => {
  expect(base64(publicKeyOf(base64(certificate)).export({ format: 'der', type: 'spki' }))).toBe(certified);
});

test.each([
  ['DER', base64(privateKey.export({ format: 'der', type: 'pkcs8' }))],
  ['PEM', base64(privateKey.export({ format: 'pem', type: 'pkcs8' }))],
  ['PEM as it is', privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()],
])('a private key as %s', (_form, text) => {
  expect(isPrivateKey(text)).toBe(true);
  expect(privateKeyOf(text).equals(privateKey)).toBe(true);
});

test('a private key does not pass for a public one, whatever its form', () => {
  expect(isPublicKey(base64(privateKey.export({ format: 'der', type: 'pkcs8' })))).toBe(false);
  expect(isPublicKey(base64(privateKey.export({ format: 'pem', type: 'pkcs8' })))).toBe(false);
});

test('other kinds of key and other things are refused', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  expect(isPublicKey(base64(rsa.publicKey.export({ format: 'pem', type: 'spki' })))).toBe(false);
  expect(isPrivateKey(base64(rsa.privateKey.export({ format: 'pem', type: 'pkcs8' })))).toBe(false);
  for (const text of ['', 'public', pemOf('CERTIFICATE', 'AAAA')]) expect(isPublicKey(text)).toBe(false);
});
