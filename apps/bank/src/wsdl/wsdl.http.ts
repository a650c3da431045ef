import { DomainError } from '@halftone/kernel';
import { Controller, Get, Header, Headers, Query } from '@nestjs/common';
import { z } from 'zod';
import { wsdl } from './wsdl';

/** Valid Host headers (RFC 9110 §7.2); nothing else is written into the document. */
const host = /^[\w.:[\]-]{1,255}$/;

/** Some toolkits write `?WSDL`. */
const wsdlQuery = z.preprocess(
  (query) => Object.fromEntries(Object.entries(query as object).map(([name, value]) => [name.toLowerCase(), value])),
  z.strictObject({ wsdl: z.string().optional() }),
);

@Controller('bank')
export class WsdlHttp {
  @Get()
  @Header('content-type', 'text/xml; charset=utf-8')
  get(
    @Query({ schema: wsdlQuery }) { wsdl: parameter }: z.output<typeof wsdlQuery>,
    @Headers('host') at: string = '',
  ): string {
    if (parameter === undefined) throw new DomainError('ROUTE_NOT_FOUND', 'POST SOAP messages here; see /bank?wsdl');
    if (!host.test(at)) throw new DomainError('VALIDATION_FAILED', 'the Host header is invalid');
    return wsdl(`http://${at}/bank`);
  }
}
