import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  childrenOf,
  contentTypeOf,
  type Identity,
  type OpenedMessage,
  readFault,
  readMessage,
  type Sealing,
  sealMessage,
  textOf,
  verifyMessage,
} from '@halftone/soap';
import { type BankWorld, openBank } from '../attack/bank.fixture';
import { namespace } from '../wsdl/wsdl';

let world: BankWorld;
let client: Identity;
let bankCertificate: X509Certificate;

beforeAll(async () => {
  world = await openBank();
  client = { key: createPrivateKey(world.who.key), certificate: new X509Certificate(world.who.certificate) };
  bankCertificate = new X509Certificate(world.who.bankCertificate);
});
afterAll(() => world.close());

const contentOf = (operation: string, fields: Record<string, string | number>) =>
  `<b:${operation} xmlns:b="${namespace}">` +
  Object.entries(fields)
    .map(([name, value]) => `<b:${name}>${value}</b:${name}>`)
    .join('') +
  `</b:${operation}>`;

const sealed = (content: string, more: Partial<Sealing> = {}) => {
  const created = new Date();
  const expires = new Date(created.getTime() + 60_000);
  return sealMessage({ version: '1.2', content, created, expires, signer: client, ...more });
};

const post = (xml: string, version: Sealing['version'], operation: string) => {
  const action = `${namespace}/${operation}`;
  const headers = { 'content-type': contentTypeOf(version, action), soapaction: `"${action}"` };
  return fetch(world.url, { method: 'POST', headers, body: xml });
};

interface Told {
  xml: string;
  reply: OpenedMessage;
  /** What was asked for, or the fault's code. */
  said: Record<string, string>;
}

/** As a client does that believes nothing but the bank's signature. */
async function ask(
  operation: string,
  fields: Record<string, string | number>,
  more: Partial<Sealing> = {},
): Promise<Told> {
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
  const said = fault ?? Object.fromEntries(childrenOf(reply.content).map((part) => [part.localName, textOf(part)]));
  return { xml, reply, said: { ...said } };
}

const movement = (reference: string, amount = 100) => ({ reference, account: 'alice', amount, currency: 'USD' });

describe.each(['1.1', '1.2'] as const)('over SOAP %s', (version) => {
  const reference = `int-${version}`;

  test('money goes out and comes back, and the bank can tell of it', async () => {
    const before = await world.balanceOf('alice');
    const { said: debited } = await ask('Debit', movement(`${reference}-d`), { version });
    const { said: found } = await ask('GetTransaction', { reference: `${reference}-d` }, { version });
    expect(found).toMatchObject({
      transactionId: debited['transactionId'],
      kind: 'debit',
      state: 'booked',
      amount: '100',
    });
    expect((await ask('GetBalance', { account: 'alice' }, { version })).said['balance']).toBe(String(before - 100));
    await ask('Credit', movement(`${reference}-c`), { version });
    expect(await world.balanceOf('alice')).toBe(before);
  });

  test('who encrypts is answered so that nobody else can read it, also when refused', async () => {
    const encrypting = { version, receiver: bankCertificate };
    const answer = await ask('GetBalance', { account: 'alice' }, encrypting);
    const refusal = await ask('Debit', { ...movement(`${reference}-x`), account: 'mallory' }, encrypting);
    expect(refusal.said['code']).toBe('ACCOUNT_UNKNOWN');
    for (const { xml, reply } of [answer, refusal]) {
      expect(reply.encrypted).toBe(true);
      expect(xml).not.toMatch(/balance|ACCOUNT_UNKNOWN/);
    }
  });
});

test('a reference moves money once and keeps its answer; another movement under it is refused', async () => {
  const before = await world.balanceOf('alice');
  const first = await ask('Debit', movement('int-once'));
  const again = await ask('Debit', movement('int-once'));
  const other = await ask('Debit', movement('int-once', 101));
  expect([again.said, other.said['code']]).toEqual([first.said, 'REFERENCE_REUSED']);
  expect(await world.balanceOf('alice')).toBe(before - 100);
});

test('of the same message sent ten times at once, one is obeyed', async () => {
  const { xml } = sealed(contentOf('Debit', movement('int-copied')));
  const replies = await Promise.all(Array.from({ length: 10 }, async () => (await post(xml, '1.2', 'Debit')).text()));
  expect(replies.filter((reply) => reply.includes('SECURITY_REPLAYED'))).toHaveLength(9);
  expect(await world.transactionsOf('int-copied')).toHaveLength(1);
});
