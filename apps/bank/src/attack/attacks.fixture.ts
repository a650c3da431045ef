/** The corpus `attacks/`: its manifest, the bytes of each message, and what a bank says to them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOMParser } from '@xmldom/xmldom';
import { type Credentials, hostileMessage } from './hostile-message.fixture';

/** A row of `attacks/manifest.json`. */
export interface Attack {
  file: string;
  about: string;
  /** What the detail of the fault says. */
  code: string;
  /** Of HTTP; 500 when absent. */
  status?: number;
  /** SOAPAction; that of Debit when absent, none when null. */
  action?: string | null;
  contentType?: string;
  /** Of the bytes on the wire; UTF-8 when absent. UTF-16 begins with its mark. */
  encoding?: 'utf16le' | 'latin1';
  /** How often the very same bytes are sent; only the last is the attack. */
  deliver?: number;
}

export interface Answer {
  status: number;
  body: string;
  /** Of the fault's detail; undefined when the answer is no fault. */
  code: string | undefined;
  /** As it is written: a qualified name. */
  faultCode: string | undefined;
  ms: number;
}

const folder = join(__dirname, '../../attacks');

const template = (file: string) => readFileSync(join(folder, file), 'utf8');

export const attacks = JSON.parse(template('manifest.json')) as Attack[];

const bytesOf = (text: string, encoding: Attack['encoding']): Buffer =>
  encoding === 'utf16le' ? Buffer.from(`\ufeff${text}`, encoding) : Buffer.from(text, encoding ?? 'utf8');

const headersOf = ({
  action = 'urn:halftone:bank:1/Debit',
  contentType = 'text/xml; charset=utf-8',
}: Partial<Attack>) => ({
  'content-type': contentType,
  ...(action === null ? {} : { soapaction: `"${action}"` }),
});

/** Made afresh and sent as often as the attack says; the answer to the last. */
export async function attack(url: string, one: Attack, who: Credentials): Promise<Answer> {
  const bytes = bytesOf(hostileMessage(template(one.file), who), one.encoding);
  for (let left = (one.deliver ?? 1) - 1; left > 0; left -= 1) await post(url, bytes, headersOf(one));
  return post(url, bytes, headersOf(one));
}

/** The messages that the attacks are made from, with nothing wrong. */
export const harmless = (url: string, file: 'username' | 'signature', who: Credentials): Promise<Answer> =>
  post(url, bytesOf(hostileMessage(template(`harmless/${file}.xml`), who), undefined), headersOf({}));

async function post(url: string, body: Buffer, headers: Record<string, string>): Promise<Answer> {
  const start = performance.now();
  const response = await fetch(url, { method: 'POST', body: new Uint8Array(body), headers });
  const text = await response.text();
  return { status: response.status, body: text, ...faultOf(text), ms: performance.now() - start };
}

function faultOf(xml: string): Pick<Answer, 'code' | 'faultCode'> {
  const document = new DOMParser().parseFromString(xml, 'text/xml');
  const text = (name: string) => document.getElementsByTagNameNS('*', name).item(0)?.textContent ?? undefined;
  return { code: text('code'), faultCode: text('faultcode') ?? text('Value') };
}
