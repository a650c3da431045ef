import { send } from '@halftone/proof/harness/clients/http.ts';
import { httpOf } from './ask';
import { type Probe, restAt } from './probe';
/** Unsigned, as from anybody without the certificate. */
const soap: Probe = async ({ who }, endpoint, things) => {
  if (who === 'saga') {
    // Every bank payment is one, and has to have worked.
    const { items } = await things.olga.get<{ items: { method: string; status: string }[] }>('/v1/payments?limit=100');
    return items.some(({ method, status }) => method === 'bank' && status === 'captured') ? 'ok' : 'no bank payment';
  }
  const operation = endpoint.slice('SOAP '.length);
  const body = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><b:${operation} xmlns:b="urn:halftone:bank:1"/></s:Body></s:Envelope>`;
  const headers = { 'content-type': `application/soap+xml; action="urn:halftone:bank:1/${operation}"` };
  const { text } = await send(`${httpOf('bank')}/bank`, { method: 'POST', headers, body });
  return /SECURITY|FailedAuthentication|InvalidSecurity/.test(text) ? 'UNAUTHENTICATED' : text.slice(0, 200);
};

export const bankProbes: Readonly<Record<string, Probe>> = {
  'bank.Debit': soap,
  'bank.Credit': soap,
  'bank.GetTransaction': soap,
  'bank.GetBalance': soap,
  'bank.Describe': ({ who }, endpoint) => restAt(who, `${endpoint}?wsdl`),
  'bank.SetBehaviour': ({ who }, endpoint) => restAt(who, endpoint, {}, endpoint.includes(' PUT ') ? {} : undefined),
  'bank.ListTransactions': ({ who }, endpoint) => restAt(who, `${endpoint}?account=alice`),
};
