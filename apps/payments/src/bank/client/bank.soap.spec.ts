import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runInCall } from '@halftone/service';
import {
  contentTypeOf,
  type FaultWords,
  type Identity,
  type OpenedMessage,
  readMessage,
  sealMessage,
  verifyMessage,
  writeFault,
} from '@halftone/soap';
import { growth, type KeyAndCertificate, selfSigned } from '@halftone/testing';
import type { BankRequest } from '../bank';
import { BankHttp } from './bank.http';
import { BankMessages } from './bank.messages';
import { SoapBank } from './bank.soap';
import { Breaker } from './breaker';

const namespace = 'urn:halftone:bank:1';
/** Whoever answers has all the time that a busy machine needs. */
const timeoutMs = 5_000;
/** For a bank that never answers. */
const shortMs = 150;
const identityOf = ({ key, certificate }: KeyAndCertificate): Identity => ({
  key: createPrivateKey(key),
  certificate: new X509Certificate(certificate),
});

type Answering = (asked: OpenedMessage, response: ServerResponse) => void;

/** A counter of a bank that says what the test wants, in messages that are as good as the real one's. */
let server: Server;
let own: Identity;
let client: Identity;
let answering: Answering;
let received: OpenedMessage[] = [];
let http: BankHttp;
let breaker: Breaker;
let bank: SoapBank;

beforeAll(async () => {
  [own, client] = (await Promise.all(['bank', 'client'].map(selfSigned))).map(identityOf) as [Identity, Identity];
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const trust = { certificates: [client.certificate], key: own.key };
    const asked = verifyMessage(readMessage(Buffer.concat(chunks)), trust, new Date());
    received.push(asked);
    answering(asked, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
}, 30_000);
beforeEach(() => {
  received = [];
  http = new BankHttp(`http://127.0.0.1:${(server.address() as AddressInfo).port}/bank`);
  breaker = new Breaker(60_000);
  bank = bankWithin(timeoutMs);
});
afterEach(async () => {
  breaker.close();
  server.closeAllConnections();
  await http.close();
});
afterAll(() => server.close());

const bankWithin = (ms: number) => new SoapBank(http, new BankMessages(client, own.certificate), breaker, ms);

function reply(content: string, status = 200): Answering {
  return ({ proof }, response) => {
    if (proof.by !== 'certificate') throw new Error('not signed');
    const created = new Date();
    const { xml } = sealMessage({
      version: '1.2',
      content,
      created,
      expires: new Date(created.getTime() + 60_000),
      signer: own,
      receiver: proof.certificate,
      confirms: proof.signatureValue,
    });
    response.writeHead(status, { 'content-type': contentTypeOf('1.2') }).end(xml);
  };
}

const says = (operation: string, fields: object) =>
  reply(
    `<b:${operation} xmlns:b="${namespace}">${Object.entries(fields)
      .map(([name, text]) => `<b:${name}>${text}</b:${name}>`)
      .join('')}</b:${operation}>`,
  );
const faults = (code: string, soap: FaultWords['soap'] = 'Sender') =>
  reply(writeFault('1.2', { soap, code, message: 'no' }, { namespace, element: 'BankFault' }), 400);
const silence: Answering = () => undefined;

const request = (more: Partial<BankRequest> = {}): BankRequest => ({
  reference: 'ht-d-1',
  account: 'alice',
  amount: 1250,
  currency: 'USD',
  description: 'prints',
  expiresAt: new Date(Date.now() + 60_000),
  ...more,
});
const booking = { reference: 'ht-d-1', transactionId: 't-1', account: 'alice', amount: 1250, currency: 'USD' };
const refused = (code: string) => expect.objectContaining({ code });

test('a debit is one signed and encrypted message that is good until the caller says, and its answer', async () => {
  answering = says('DebitResponse', booking);
  const expiresAt = new Date(Date.now() + 60_000);
  expect(await bank.debit(request({ expiresAt }))).toEqual({ state: 'booked', transactionId: 't-1' });
  expect(received).toMatchObject([
    { encrypted: true, lifetime: { expires: expiresAt }, content: { localName: 'Debit' } },
  ]);
  expect(received[0]?.content.textContent).toBe('ht-d-1alice1250USDprints');
});

test('what the bank has refused is an outcome', async () => {
  answering = faults('INSUFFICIENT_FUNDS');
  expect(await bank.credit(request())).toEqual({ state: 'refused', code: 'INSUFFICIENT_FUNDS', message: 'no' });
});

test('a reference that the bank does not know is none', async () => {
  answering = faults('TRANSACTION_UNKNOWN');
  expect(await bank.find('ht-d-1')).toBeUndefined();
  answering = says('GetTransactionResponse', { ...booking, state: 'booked' });
  expect(await bank.find('ht-d-1')).toEqual({ state: 'booked', transactionId: 't-1' });
});

test('a balance is asked for', async () => {
  answering = says('GetBalanceResponse', { account: 'alice', balance: 7, currency: 'USD' });
  expect(await bank.balance('alice')).toBe(7);
});

test('trouble of the bank, its silence and a cut connection leave the outcome unknown', async () => {
  answering = faults('INTERNAL', 'Receiver');
  await expect(bank.debit(request())).rejects.toEqual(refused('UNAVAILABLE'));
  answering = silence;
  await expect(bankWithin(shortMs).debit(request())).rejects.toEqual(refused('DEADLINE_EXCEEDED'));
  answering = (_, response) => response.destroy();
  await expect(bank.debit(request())).rejects.toEqual(refused('UNAVAILABLE'));
});

test('without time nothing is sent, and that is certain', async () => {
  await expect(bank.debit(request({ expiresAt: new Date() }))).rejects.toEqual(refused('BANK_UNAVAILABLE'));
  const late = runInCall({ deadline: Date.now() + 5 }, () => bank.debit(request()));
  await expect(late).rejects.toEqual(refused('BANK_UNAVAILABLE'));
  expect(received).toEqual([]);
});

test('the caller waits no longer than his deadline', async () => {
  answering = silence;
  const hurried = runInCall({ deadline: Date.now() + 60 }, () => bank.debit(request()));
  await expect(hurried).rejects.toEqual(refused('DEADLINE_EXCEEDED'));
});

test('a bank that stays silent is not asked any more, and callers without patience do not make it so', async () => {
  answering = silence;
  const hurry = () => runInCall({ deadline: Date.now() + 40 }, () => bank.debit(request())).catch(() => undefined);
  await Promise.all(Array.from({ length: 10 }, hurry));
  const patient = () => bankWithin(shortMs).debit(request());
  await expect(patient()).rejects.toEqual(refused('DEADLINE_EXCEEDED'));
  await Promise.allSettled(Array.from({ length: 20 }, patient));
  await expect(patient()).rejects.toEqual(refused('BANK_UNAVAILABLE'));
});

test('refusals of the bank are answers, however many', async () => {
  answering = faults('INSUFFICIENT_FUNDS');
  for (let time = 0; time < 6; time += 1) expect(await bank.debit(request())).toMatchObject({ state: 'refused' });
}, 30_000);

test('each call is measured once, by what became of it', async () => {
  answering = says('DebitResponse', booking);
  const counted = (outcome: string) => `bank_call_duration_seconds_count{operation="Debit",outcome="${outcome}"}`;
  const grown = await growth([counted('answered'), counted('unavailable')], async () => {
    await bank.debit(request());
    answering = faults('INTERNAL', 'Receiver');
    await bank.debit(request()).catch(() => undefined);
  });
  expect(grown).toEqual([1, 1]);
});
