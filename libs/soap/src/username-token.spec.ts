import { createHash } from 'node:crypto';
import { codeOf } from './code-of.fixture';
import { passwordDigest, wsse, wsu } from './names';
import { verifyUsername } from './username-token';
import { parse } from './xml';

const now = new Date('2026-01-01T12:00:00Z');
const users = new Map([['payments', 'opensesame']]);
const nonce = Buffer.from('0123456789abcdef');

/** Profile 1.1.1, §3.1, written down once more: what is under test did not make these. */
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
const judged = (xml: string) => codeOf(() => verify(xml));

test('the digest of the password proves who sent it', () => {
  expect(verify(token())).toMatchObject({ username: 'payments', nonce: nonce.toString('base64') });
});

test.each([
  ['another password', { password: 'opensesami' }],
  ['another user', { username: 'mallory' }],
  ['a user who is a word of JavaScript', { username: '__proto__', password: '' }],
  ['nobody', { username: '', password: '' }],
])('%s proves nothing, and all look the same', (_, change) => {
  expect(judged(token(change))).toBe('SECURITY_AUTHENTICATION_FAILED');
});

test('a nonce is the same in whatever spelling', () => {
  const spelled = nonce.toString('base64').replace('=', '');
  expect(verify(token({ nonceText: spelled })).nonce).toBe(nonce.toString('base64'));
});

test.each([
  ['five and a half minutes old', '2026-01-01T11:54:30Z', undefined],
  ['older', '2026-01-01T11:54:29Z', 'SECURITY_EXPIRED'],
  ['of half a minute ahead', '2026-01-01T12:00:30Z', undefined],
  ['of more', '2026-01-01T12:00:31Z', 'SECURITY_EXPIRED'],
  ['of no zone', '2026-01-01T12:00:00', 'SECURITY_INVALID'],
  ['no time', 'now', 'SECURITY_INVALID'],
])('a token %s', (_, created, code) => {
  expect(judged(token({ created }))).toBe(code);
});

test('its nonce is remembered for longer than the token is taken', () => {
  const { until } = verify(token());
  expect(codeOf(() => verifyUsername(parse(token()), users, until))).toBe('SECURITY_EXPIRED');
});

test.each([
  ['the password itself', token({ type: passwordDigest.replace('Digest', 'Text') })],
  ['a nonce too short to be one', token({ nonceText: 'AAAA' })],
  ['a nonce that goes on and on', token({ nonceText: 'AAAA'.repeat(30) })],
  ['no nonce', token().replace(/<w:Nonce>.*<\/w:Nonce>/, '')],
  ['no time', token().replace(/<u:Created>.*<\/u:Created>/, '')],
  ['two names', token().replace('<w:Username>', '<w:Username>bob</w:Username><w:Username>')],
  ['a second name for a time', token().replace(/<u:Created>.*<\/u:Created>/, '<w:Username>bob</w:Username>')],
])('%s is no token', (_, xml) => {
  expect(judged(xml)).toBe('SECURITY_TOKEN_INVALID');
});
