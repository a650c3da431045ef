import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  childrenOf,
  contentTypeOf,
  type Identity,
  type OpenedMessage,
  readFault,
  readMessage,
  type SealOptions,
  sealMessage,
  textOf,
  verifyMessage,
} from '@halftone/soap';
import { type BankFixture, startBank } from '../attack/bank.fixture';
import { namespace } from '../wsdl/wsdl';

let bank: BankFixture;
let client: Identity;
let bankCertificate: X509Certificate;

beforeAll(async () => {
  bank = await startBank();
  client = {
    key: createPrivateKey(bank.credentials.key),
    certificate: new X509Certificate(bank.credentials.certificate),
  };
  bankCertificate = new X509Certificate(bank.credentials.bankCertificate);
});
afterAll(() => bank.close());

const contentOf = (operation: string, fields: Record<string, string | number>) =>
  `<b:${operation} xmlns:b="${namespace}">` +
  Object.entries(fields)
    .map(([name, value]) => `<b:${name}>${value}</b:${name}>`)
    .join('') +
  `</b:${operation}>`;

const sealed = (content: string, more: Partial<SealOptions> = {}) => {
  const created = new Date();
  const expires = new Date(created.getTime() + 60_000);
  return sealMessage({ version: '1.2', content, created, expires, signer: client, ...more });
};

const post = (xml: string, version: SealOptions['version'], operation: string) => {
  const action = `${namespace}/${operation}`;
  const headers = { 'content-type': contentTypeOf(version, action), soapaction: `"${action}"` };
  return fetch(bank.url, { method: 'POST', headers, body: xml });
};

interface BankReply {
  xml: string;
  reply: OpenedMessage;
  /** The fields of the answer, or the fault's code. */
  fields: Record<string, string>;
}

/** Sends a request and verifies the reply like a client that trusts only the bank's signature. */
async function ask(
  operation: string,
  fields: Record<string, string | number>,
  more: Partial<SealOptions> = {},
): Promise<BankReply> {
  const { version = '1.2' } = more;
  const { xml: request, signatureValue } = sealed(contentOf(operation, fields), more);
  const xml = await (await post(request, version, operation)).text();
  const reply = verifyMessage(
    readMessage(Buffer.from(xml)),
    { certificates: [bankCertificate], key: client.key },
    new Date(),
  );
  expect(reply).toMatchObject({ version, confirms: [signatureValue] });
  const fault = readFault(reply.content, version, { namespace, element: 'BankFault' });
  const answered = fault ?? Object.fromEntries(childrenOf(reply.content).map((part) => [part.localName, textOf(part)]));
  return { xml, reply, fields: { ...answered } };
}

const movement = (reference: string, amount = 100) => ({ reference, account: 'alice', amount, currency: 'USD' });

describe.each(['1.1', '1.2'] as const)('over SOAP %s', (version) => {
  const reference = `int-${version}`;

  test('a debit and a credit move money, and the bank reports both', async () => {
    const before = await bank.balanceOf('alice');
    const { fields: debited } = await ask('Debit', movement(`${reference}-d`), { version });
    const { fields: found } = await ask('GetTransaction', { reference: `${reference}-d` }, { version });
    expect(found).toMatchObject({
      transactionId: debited['transactionId'],
      kind: 'debit',
      state: 'booked',
      amount: '100',
    });
    expect((await ask('GetBalance', { account: 'alice' }, { version })).fields['balance']).toBe(String(before - 100));
    await ask('Credit', movement(`${reference}-c`), { version });
    expect(await bank.balanceOf('alice')).toBe(before);
  });

  test('an encrypted request gets an encrypted reply, also for a fault', async () => {
    const encrypting = { version, receiver: bankCertificate };
    const answer = await ask('GetBalance', { account: 'alice' }, encrypting);
    const refusal = await ask('Debit', { ...movement(`${reference}-x`), account: 'mallory' }, encrypting);
    expect(refusal.fields['code']).toBe('ACCOUNT_UNKNOWN');
    for (const { xml, reply } of [answer, refusal]) {
      expect(reply.encrypted).toBe(true);
      expect(xml).not.toMatch(/balance|ACCOUNT_UNKNOWN/);
    }
  });
});

test('a reference moves money once and keeps its answer; another movement with it is refused', async () => {
  const before = await bank.balanceOf('alice');
  const first = await ask('Debit', movement('int-once'));
  const again = await ask('Debit', movement('int-once'));
  const other = await ask('Debit', movement('int-once', 101));
  expect([again.fields, other.fields['code']]).toEqual([first.fields, 'REFERENCE_REUSED']);
  expect(await bank.balanceOf('alice')).toBe(before - 100);
});

test('of ten concurrent copies of a message one is executed', async () => {
  const { xml } = sealed(contentOf('Debit', movement('int-copied')));
  const replies = await Promise.all(Array.from({ length: 10 }, async () => (await post(xml, '1.2', 'Debit')).text()));
  expect(replies.filter((reply) => reply.includes('SECURITY_REPLAYED'))).toHaveLength(9);
  expect(await bank.transactionsOf('int-copied')).toHaveLength(1);
});
