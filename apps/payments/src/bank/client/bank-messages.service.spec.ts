import { createPrivateKey, X509Certificate } from 'node:crypto';
import { type Identity, readMessage, type SealOptions, sealMessage, verifyMessage, writeFault } from '@halftone/soap';
import { type KeyAndCertificate, selfSigned } from '@halftone/testing';
import { BankMessages, type SealedRequest } from './bank-messages.service';

const namespace = 'urn:halftone:bank:1';
const identityOf = ({ key, certificate }: KeyAndCertificate): Identity => ({
  key: createPrivateKey(key),
  certificate: new X509Certificate(certificate),
});
const inAMinute = () => new Date(Date.now() + 60_000);

let [bank, client]: Identity[] = [];
let messages: BankMessages;

beforeAll(async () => {
  [bank, client] = (await Promise.all(['bank', 'client'].map(selfSigned))).map(identityOf);
  messages = new BankMessages(client!, bank!.certificate);
}, 30_000);

const sealedRequest = () => messages.seal('GetBalance', { account: 'alice & bob' }, inAMinute());
const balance = `<b:GetBalanceResponse xmlns:b="${namespace}"><b:account>alice</b:account><b:balance>7</b:balance></b:GetBalanceResponse>`;
const reply = (request: SealedRequest, more: Partial<SealOptions> = {}) =>
  sealMessage({
    version: '1.2',
    content: balance,
    created: new Date(),
    expires: inAMinute(),
    signer: bank!,
    receiver: client!.certificate,
    confirms: request.signatureValue,
    ...more,
  }).xml;

test('the client signs a request, and only the bank can decrypt it', () => {
  const { body, contentType } = sealedRequest();
  expect(body).not.toContain('alice');
  expect(contentType).toBe(`application/soap+xml; charset=utf-8; action="${namespace}/GetBalance"`);
  const trust = { certificates: [client!.certificate], key: bank!.key };
  const { content, encrypted } = verifyMessage(readMessage(Buffer.from(body)), trust, new Date());
  expect([content.localName, content.textContent, encrypted]).toEqual(['GetBalance', 'alice & bob', true]);
});

test('a reply opens as its fields, a fault as its code', () => {
  const request = sealedRequest();
  expect(messages.open(reply(request), request)).toEqual({ fields: { account: 'alice', balance: '7' } });
  const reason = { soap: 'Sender', code: 'ACCOUNT_UNKNOWN', message: 'no such account' } as const;
  const fault = reply(request, { content: writeFault('1.2', reason, { namespace, element: 'BankFault' }) });
  expect(messages.open(fault, request)).toEqual({ refusal: { code: 'ACCOUNT_UNKNOWN', message: 'no such account' } });
});

test.each<[string, (request: SealedRequest) => string]>([
  ['to another request', () => reply(sealedRequest())],
  ['without a signature confirmation', () => sealMessage({ ...bare(), signer: bank! }).xml],
  ['of another operation', (request) => reply(request, { content: balance.replaceAll('GetBalance', 'Debit') })],
  ['signed by another key', (request) => reply(request, { signer: client! })],
  ['after its expiry', (request) => reply(request, { created: new Date(0), expires: new Date(60_000) })],
  ['that was modified', (request) => reply(request).replace('SignatureValue>', 'SignatureValue>A')],
  ['that is not XML', () => 'Bad Gateway'],
])('a reply %s is invalid, so the outcome is unknown', (_, answer) => {
  const request = sealedRequest();
  expect(() => messages.open(answer(request), request)).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
});

const bare = () => ({ version: '1.2', content: balance, created: new Date(), expires: inAMinute() }) as const;
