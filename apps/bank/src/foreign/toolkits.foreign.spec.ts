import { execFile } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { uuidv7 } from '@halftone/kernel';
import { sealMessage } from '@halftone/soap';
import { harmless } from '../attack/attacks.fixture';
import { type BankFixture, startBank } from '../attack/bank.fixture';

const scripts = join(__dirname, '../../foreign');
const run = promisify(execFile);

/** Other runtimes start slowly, especially on a busy machine. */
jest.setTimeout(60_000);

let bank: BankFixture;
let folder: string;

beforeAll(async () => {
  bank = await startBank();
  folder = mkdtempSync(join(tmpdir(), 'halftone-bank-'));
  const { key, certificate, bankCertificate, strangerCertificate } = bank.credentials;
  for (const [name, pem] of Object.entries({
    key,
    cert: certificate,
    bankCert: bankCertificate,
    stranger: strangerCertificate,
  }))
    writeFileSync(path(name), pem);
}, 60_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await bank.close();
});

const path = (name: string) => join(folder, `${name}.pem`);

interface CallResult {
  call: string;
  answer?: Record<string, unknown>;
  fault?: string;
  subcodes?: string[];
  detail?: unknown;
}

const about = (more: Record<string, unknown> = {}) => ({
  reference: `foreign-${uuidv7()}`,
  account: 'alice',
  amount: 1250,
  currency: 'USD',
  username: bank.credentials.username,
  password: bank.credentials.password,
  key: path('key'),
  cert: path('cert'),
  bankCert: path('bankCert'),
  ...more,
});

async function linesOf(program: string, args: string[]): Promise<CallResult[]> {
  const { stdout } = await run(program, args, { timeout: 60_000 });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as CallResult);
}

const zeep = (port: string, proof: string, facts: Record<string, unknown>) =>
  linesOf('/usr/bin/python3', [join(scripts, 'zeep_client.py'), bank.wsdl, port, proof, JSON.stringify(facts)]);
const php = (version: string, facts: Record<string, unknown>) =>
  linesOf('php', [join(scripts, 'soap_client.php'), bank.wsdl, version, JSON.stringify(facts)]);

/** Some toolkits return numbers, some texts. */
const fieldsOf = ({ answer }: CallResult) =>
  Object.fromEntries(Object.entries(answer ?? {}).map(([name, value]) => [name, String(value)]));

/** Asserts the results every toolkit must get, and the rows in the bank. */
async function expectEveryOperation(
  results: CallResult[],
  { reference }: { reference: string },
  before: number,
): Promise<void> {
  const [debit, again, reused, found, credit, balance, tooMuch, unknown] = results;
  if (!debit || !again || !reused || !found || !credit || !balance || !tooMuch || !unknown)
    throw new Error('too few calls');
  expect(fieldsOf(debit)).toMatchObject({ reference, account: 'alice', amount: '1250', currency: 'USD' });
  expect(fieldsOf(again)['transactionId']).toBe(fieldsOf(debit)['transactionId']);
  expect(fieldsOf(found)).toMatchObject({ reference, transactionId: fieldsOf(debit)['transactionId'] });
  expect(fieldsOf(credit)['transactionId']).not.toBe(fieldsOf(debit)['transactionId']);
  expect(fieldsOf(balance)).toMatchObject({ account: 'alice', balance: String(before), currency: 'USD' });
  expect([reused, tooMuch, unknown].map((one) => JSON.stringify(one.detail))).toEqual([
    expect.stringContaining('REFERENCE_REUSED'),
    expect.stringContaining('INSUFFICIENT_FUNDS'),
    expect.stringContaining('TRANSACTION_UNKNOWN'),
  ]);
  expect(await bank.transactionsOf(reference)).toEqual([
    { reference, kind: 'debit', state: 'booked', amount: 1250 },
    { reference: `${reference}-back`, kind: 'credit', state: 'booked', amount: 1250 },
    { reference: `${reference}-more`, kind: 'debit', state: 'refused', amount: 10 ** 11 },
  ]);
}

describe('python3-zeep calls every operation', () => {
  test.each([
    ['BankSoap11', 'username'],
    ['BankSoap12', 'username'],
    ['BankSoap11', 'signature'],
    ['BankSoap12', 'signature'],
    ['BankSoap11', 'encryption'],
    ['BankSoap12', 'encryption'],
  ])('over %s, authenticated by %s, and verifies each reply and fault', async (port, proof) => {
    const facts = about();
    const before = await bank.balanceOf('alice');
    await expectEveryOperation(await zeep(port, proof, facts), facts, before);
  });

  test('and rejects replies with another signer', async () => {
    const wrongCertificate = zeep('BankSoap11', 'signature', about({ bankCert: path('stranger') }));
    await expect(wrongCertificate).rejects.toThrow('SignatureVerificationFailed');
  });

  test('and reads the fault of a wrong password', async () => {
    const [debit] = await zeep('BankSoap12', 'username', about({ password: 'wrong' }));
    expect(debit?.subcodes).toEqual(['FailedAuthentication']);
  });
});

describe("PHP's SoapClient calls every operation", () => {
  test.each([
    ['1.1', '11'],
    ['1.2', '12'],
  ])('over SOAP %s', async (_, version) => {
    const facts = about();
    const before = await bank.balanceOf('alice');
    const results = await php(version, facts);
    await expectEveryOperation(results, facts, before);
    expect(JSON.stringify(results.at(-1))).toContain('SECURITY_AUTHENTICATION_FAILED');
  });
});

describe('xmlsec1', () => {
  const envelope = 'http://schemas.xmlsoap.org/soap/envelope/';
  const wsu = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
  const wsse11 = 'http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd';
  const namesOfIds = [`${envelope}:Body`, `${wsu}:Timestamp`, `${wsse11}:SignatureConfirmation`];

  const verify = async (xml: string, certificate: string) => {
    const file = join(folder, 'message.xml');
    writeFileSync(file, xml);
    const idAttributes = namesOfIds.flatMap((id) => ['--id-attr:Id', id]);
    const { stdout, stderr } = await run('xmlsec1', [
      '--verify',
      '--pubkey-cert-pem',
      certificate,
      ...idAttributes,
      file,
    ]);
    return stdout + stderr;
  };

  test("verifies the bank's reply", async () => {
    const { body } = await harmless(bank.url, 'signature', bank.credentials);
    const output = await verify(body, path('bankCert'));
    expect(output).toMatch(/^OK$/m);
    expect(output).toMatch(/SignedInfo References \(ok\/all\): [23]\/[23]/);
  });

  test("verifies a client's request", async () => {
    const signer = {
      key: createPrivateKey(bank.credentials.key),
      certificate: new X509Certificate(bank.credentials.certificate),
    };
    const content = '<b:GetBalance xmlns:b="urn:halftone:bank:1"><b:account>alice</b:account></b:GetBalance>';
    const expires = new Date(Date.now() + 60_000);
    const { xml } = sealMessage({
      version: '1.1',
      content,
      created: new Date(),
      expires,
      signer,
      mustUnderstand: true,
    });
    expect(await verify(xml, path('cert'))).toMatch(/SignedInfo References \(ok\/all\): 2\/2/);
    await expect(verify(xml, path('bankCert'))).rejects.toThrow();
  });

  test('rejects a changed Body and another certificate', async () => {
    const { body } = await harmless(bank.url, 'signature', bank.credentials);
    await expect(verify(body.replace('>alice<', '>alicf<'), path('bankCert'))).rejects.toThrow();
    await expect(verify(body, path('stranger'))).rejects.toThrow();
  });
});
