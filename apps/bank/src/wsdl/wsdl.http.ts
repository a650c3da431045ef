import { DomainError } from '@halftone/kernel';
import { Controller, Get, Header, Headers, Query } from '@nestjs/common';
import { wsdl } from './wsdl';

/** A host as it may stand in a Host header (RFC 9110 §7.2); anything else is not put into a document. */
const host = /^[\w.:[\]-]{1,255}$/;

@Controller('bank')
export class WsdlHttp {
  @Get()
  @Header('content-type', 'text/xml; charset=utf-8')
  get(@Query('wsdl') asked: string | undefined, @Headers('host') at: string = ''): string {
    if (asked === undefined) throw new DomainError('ROUTE_NOT_FOUND', 'SOAP messages are POSTed here; see /bank?wsdl');
    if (!host.test(at)) throw new DomainError('VALIDATION_FAILED', 'the Host header is no host');
    return wsdl(`http://${at}/bank`);
  }
}
