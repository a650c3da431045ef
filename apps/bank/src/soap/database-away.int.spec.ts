import { contentTypeOf, readFault, readMessage, sealMessage, verifyMessage } from '@halftone/soap';
import { engines, TcpProxy } from '@halftone/testing';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { type BankFixture, startBank } from '../attack/bank.fixture';
import { namespace } from '../wsdl/wsdl';

let proxy: TcpProxy;
let bank: BankFixture;

beforeAll(async () => {
  proxy = await TcpProxy.reserve(new URL(engines().databaseUrl));
  await proxy.open();
  bank = await startBank(undefined, proxy.port);
});
afterAll(async () => {
  // It is already open unless a test failed.
  await proxy.open().catch(() => undefined);
  await bank.close();
  proxy.close();
});

const movement = (name: string) =>
  `<b:${name}><b:reference>away-${name}</b:reference><b:account>alice</b:account>` +
  `<b:amount>100</b:amount><b:currency>USD</b:currency></b:${name}>`;
const operations = {
  Debit: movement('Debit'),
  Credit: movement('Credit'),
  GetTransaction: '<b:GetTransaction><b:reference>away</b:reference></b:GetTransaction>',
  GetBalance: '<b:GetBalance><b:account>alice</b:account></b:GetBalance>',
};

async function ask(operation: keyof typeof operations, version: '1.1' | '1.2') {
  const { key, certificate, bankCertificate } = bank.credentials;
  const client = { key: createPrivateKey(key), certificate: new X509Certificate(certificate) };
  const content = operations[operation].replace('>', ` xmlns:b="${namespace}">`);
  const [created, expires] = [new Date(), new Date(Date.now() + 60_000)];
  const { xml } = sealMessage({ version, content, created, expires, signer: client });
  const action = `${namespace}/${operation}`;
  const headers = { 'content-type': contentTypeOf(version, action), soapaction: `"${action}"` };
  const answer = await fetch(bank.url, { method: 'POST', headers, body: xml });
  const text = await answer.text();
  const trust = { certificates: [new X509Certificate(bankCertificate)], key: client.key };
  const type = answer.headers.get('content-type');
  return {
    status: answer.status,
    type,
    text,
    fault: () =>
      readFault(verifyMessage(readMessage(Buffer.from(text)), trust, new Date()).content, version, {
        namespace,
        element: 'BankFault',
      }),
  };
}

test.each(
  (['1.1', '1.2'] as const).flatMap((version) =>
    (['Debit', 'Credit', 'GetTransaction', 'GetBalance'] as const).map((operation) => ({ version, operation })),
  ),
)('$operation over SOAP $version is a signed fault of the bank', async ({ version, operation }) => {
  proxy.close();
  const answer = await ask(operation, version);
  expect(answer.type).toContain(version === '1.1' ? 'text/xml' : 'application/soap+xml');
  expect(answer.fault()).toEqual({ code: 'INTERNAL', message: 'something went wrong in the bank' });
  expect(answer.status).toBe(500);
  expect(answer.text).not.toMatch(/ECONN|postgres|database|127\.0\.0\.1/i);
});
