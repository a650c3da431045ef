import { createHash } from 'node:crypto';
import { codeOf } from './code-of.fixture';
import { passwordDigest, wsse, wsu } from './names';
import { verifyUsername } from './username-token';
import { parse } from './xml';

const now = new Date('2026-01-01T12:00:00Z');
const users = new Map([['payments', 'opensesame']]);
const nonce = Buffer.from('0123456789abcdef');

/** Profile 1.1.1, §3.1, implemented independently of the code under test. */
function token({
  username = 'payments',
  password = 'opensesame',
  created = '2026-01-01T12:00:00Z',
  nonceText = nonce.toString('base64'),
  type = passwordDigest,
} = {}): string {
  const digest = createHash('sha1')
    .update(Buffer.from(nonceText, 'base64'))
    .update(created + password);
  return (
    `<w:UsernameToken xmlns:w="${wsse}" xmlns:u="${wsu}"><w:Username>${username}</w:Username>` +
    `<w:Password Type="${type}">${digest.digest('base64')}</w:Password>` +
    `<w:Nonce>${nonceText}</w:Nonce><u:Created>${created}</u:Created></w:UsernameToken>`
  );
}
const verify = (xml: string) => verifyUsername(parse(xml), users, now);
const codeFor = (xml: string) => codeOf(() => verify(xml));

test('the password digest proves who sent the message', () => {
  expect(verify(token())).toMatchObject({ username: 'payments', nonce: nonce.toString('base64') });
});

test.each([
  ['another password', { password: 'opensesami' }],
  ['another user', { username: 'mallory' }],
  ['a user named like a JavaScript property', { username: '__proto__', password: '' }],
  ['an empty user', { username: '', password: '' }],
])('%s is rejected, and all failures look the same', (_, change) => {
  expect(codeFor(token(change))).toBe('SECURITY_AUTHENTICATION_FAILED');
});

test('a nonce is the same in every base64 spelling', () => {
  const spelled = nonce.toString('base64').replace('=', '');
  expect(verify(token({ nonceText: spelled })).nonce).toBe(nonce.toString('base64'));
});

test.each([
  ['five and a half minutes old', '2026-01-01T11:54:30Z', undefined],
  ['older', '2026-01-01T11:54:29Z', 'SECURITY_EXPIRED'],
  ['half a minute ahead', '2026-01-01T12:00:30Z', undefined],
  ['further ahead', '2026-01-01T12:00:31Z', 'SECURITY_EXPIRED'],
  ['without a zone', '2026-01-01T12:00:00', 'SECURITY_INVALID'],
  ['with an invalid time', 'now', 'SECURITY_INVALID'],
])('a token %s', (_, created, code) => {
  expect(codeFor(token({ created }))).toBe(code);
});

test('the nonce must be kept longer than the token is valid', () => {
  const { until } = verify(token());
  expect(codeOf(() => verifyUsername(parse(token()), users, until))).toBe('SECURITY_EXPIRED');
});

test.each([
  ['the password itself', token({ type: passwordDigest.replace('Digest', 'Text') })],
  ['a nonce that is too short', token({ nonceText: 'AAAA' })],
  ['a nonce that is too long', token({ nonceText: 'AAAA'.repeat(30) })],
  ['no nonce', token().replace(/<w:Nonce>.*<\/w:Nonce>/, '')],
  ['no time', token().replace(/<u:Created>.*<\/u:Created>/, '')],
  ['two names', token().replace('<w:Username>', '<w:Username>bob</w:Username><w:Username>')],
  ['a second name instead of a time', token().replace(/<u:Created>.*<\/u:Created>/, '<w:Username>bob</w:Username>')],
])('%s is an invalid token', (_, xml) => {
  expect(codeFor(xml)).toBe('SECURITY_TOKEN_INVALID');
});
