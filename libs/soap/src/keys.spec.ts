import { selfSigned } from '@halftone/testing';
import { certificateOf, isCertificate, isRsaKey, privateKeyOf } from './keys';

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');

test('PEM, base64 of PEM and base64 of DER are the same key and certificate', async () => {
  const { key, certificate } = await selfSigned('keys');
  const der = base64(privateKeyOf(key).export({ format: 'der', type: 'pkcs8' }));
  for (const form of [key, base64(key), der]) {
    expect(isRsaKey(form)).toBe(true);
    expect(certificateOf(certificate).checkPrivateKey(privateKeyOf(form))).toBe(true);
  }
  const raw = base64(certificateOf(certificate).raw);
  for (const form of [certificate, base64(certificate), raw]) expect(isCertificate(form)).toBe(true);
}, 30_000);

test('other texts are neither a key nor a certificate', () => {
  const ed25519 = 'MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g';
  for (const text of ['', 'nothing', ed25519]) expect(isRsaKey(text)).toBe(false);
  for (const text of ['', 'nothing', ed25519]) expect(isCertificate(text)).toBe(false);
});
