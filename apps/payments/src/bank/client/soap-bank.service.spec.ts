import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { runInCall } from '@halftone/service';
import {
  contentTypeOf,
  type FaultContent,
  type Identity,
  type OpenedMessage,
  readMessage,
  sealMessage,
  verifyMessage,
  writeFault,
} from '@halftone/soap';
import { answeringWith, growth, type KeyAndCertificate, selfSigned } from '@halftone/testing';
import type { BankRequest } from '../bank';
import { BankHttp } from './bank.http';
import { BankMessages } from './bank-messages.service';
import { SoapBank } from './soap-bank.service';
import { Breaker } from './breaker.service';

const namespace = 'urn:halftone:bank:1';
/** Enough for an answer on a busy machine. */
const timeoutMs = 5_000;
/** For a bank that never answers. */
const shortMs = 150;
const identityOf = ({ key, certificate }: KeyAndCertificate): Identity => ({
  key: createPrivateKey(key),
  certificate: new X509Certificate(certificate),
});

type Answering = (request: OpenedMessage, response: ServerResponse) => void;

/** A server with the bank's key that answers as the test says. */
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
  server = createServer(
    answeringWith(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const trust = { certificates: [client.certificate], key: own.key };
      const message = verifyMessage(readMessage(Buffer.concat(chunks)), trust, new Date());
      received.push(message);
      answering(message, response);
    }),
  ).listen(0, '127.0.0.1');
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

const answers = (operation: string, fields: object) =>
  reply(
    `<b:${operation} xmlns:b="${namespace}">${Object.entries(fields)
      .map(([name, text]) => `<b:${name}>${text}</b:${name}>`)
      .join('')}</b:${operation}>`,
  );
const answersFault = (code: string, soap: FaultContent['soap'] = 'Sender') =>
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

test('a debit is one signed and encrypted message with the expiry of the request', async () => {
  answering = answers('DebitResponse', booking);
  const expiresAt = new Date(Date.now() + 60_000);
  expect(await bank.debit(request({ expiresAt }))).toEqual({ state: 'booked', transactionId: 't-1' });
  expect(received).toMatchObject([
    { encrypted: true, lifetime: { expires: expiresAt }, content: { localName: 'Debit' } },
  ]);
  expect(received[0]?.content.textContent).toBe('ht-d-1alice1250USDprints');
});

test('a refusal of the bank is an outcome, not an error', async () => {
  answering = answersFault('INSUFFICIENT_FUNDS');
  expect(await bank.credit(request())).toEqual({ state: 'refused', code: 'INSUFFICIENT_FUNDS', message: 'no' });
});

test('find returns the stored outcome, or undefined for an unknown reference', async () => {
  answering = answersFault('TRANSACTION_UNKNOWN');
  expect(await bank.find('ht-d-1')).toBeUndefined();
  answering = answers('GetTransactionResponse', { ...booking, state: 'booked' });
  expect(await bank.find('ht-d-1')).toEqual({ state: 'booked', transactionId: 't-1' });
});

test('balance returns the balance of the account', async () => {
  answering = answers('GetBalanceResponse', { account: 'alice', balance: 7, currency: 'USD' });
  expect(await bank.balance('alice')).toBe(7);
});

test('a fault, a missing answer and a broken connection leave the outcome unknown', async () => {
  answering = answersFault('INTERNAL', 'Receiver');
  await expect(bank.debit(request())).rejects.toEqual(refused('UNAVAILABLE'));
  answering = silence;
  await expect(bankWithin(shortMs).debit(request())).rejects.toEqual(refused('DEADLINE_EXCEEDED'));
  answering = (_, response) => response.destroy();
  await expect(bank.debit(request())).rejects.toEqual(refused('UNAVAILABLE'));
});

test('without time left nothing is sent, and the error says so', async () => {
  await expect(bank.debit(request({ expiresAt: new Date() }))).rejects.toEqual(refused('BANK_UNAVAILABLE'));
  const late = runInCall({ deadline: Date.now() + 5 }, () => bank.debit(request()));
  await expect(late).rejects.toEqual(refused('BANK_UNAVAILABLE'));
  expect(received).toEqual([]);
});

test('a call ends at the deadline of its caller', async () => {
  answering = silence;
  const call = runInCall({ deadline: Date.now() + 60 }, () => bank.debit(request()));
  await expect(call).rejects.toEqual(refused('DEADLINE_EXCEEDED'));
});

test('the breaker opens for a silent bank, but not because of callers with short deadlines', async () => {
  answering = silence;
  // Each call times out; the test checks the effect on the next caller.
  const shortCall = () => runInCall({ deadline: Date.now() + 40 }, () => bank.debit(request())).catch(() => undefined);
  await Promise.all(Array.from({ length: 10 }, shortCall));
  const fullCall = () => bankWithin(shortMs).debit(request());
  await expect(fullCall()).rejects.toEqual(refused('DEADLINE_EXCEEDED'));
  await Promise.allSettled(Array.from({ length: 20 }, fullCall));
  await expect(fullCall()).rejects.toEqual(refused('BANK_UNAVAILABLE'));
});

test('refusals of the bank never open the breaker', async () => {
  answering = answersFault('INSUFFICIENT_FUNDS');
  for (let time = 0; time < 6; time += 1) expect(await bank.debit(request())).toMatchObject({ state: 'refused' });
}, 30_000);

test('each call is measured once, by its outcome', async () => {
  answering = answers('DebitResponse', booking);
  const counted = (outcome: string) => `bank_call_duration_seconds_count{operation="Debit",outcome="${outcome}"}`;
  const grown = await growth([counted('answered'), counted('unavailable')], async () => {
    await bank.debit(request());
    answering = answersFault('INTERNAL', 'Receiver');
    // It fails, and the histogram counts it.
    await bank.debit(request()).catch(() => undefined);
  });
  expect(grown).toEqual([1, 1]);
});
