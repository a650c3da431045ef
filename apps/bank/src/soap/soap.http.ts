import type { IncomingMessage, ServerResponse } from 'node:http';
import { Body, Controller, Headers, Post, Res } from '@nestjs/common';
import { HangingRequests } from './hanging-requests.http';
import { SoapService } from './soap.service';

/** The parts of Fastify's reply in use. */
interface Reply {
  readonly raw: ServerResponse<IncomingMessage>;
  status(code: number): Reply;
  header(name: string, value: string): Reply;
  send(body: string): unknown;
  hijack(): unknown;
}

@Controller('bank')
export class SoapHttp {
  constructor(
    private readonly soap: SoapService,
    private readonly hanging: HangingRequests,
  ) {}

  @Post()
  async receive(
    @Body() body: unknown,
    @Headers('content-type') contentType: string = '',
    @Headers('soapaction') soapAction: string | undefined,
    @Res() reply: Reply,
  ): Promise<void> {
    const bytes = body instanceof Uint8Array ? body : new Uint8Array();
    const outgoing = await this.soap.answer({ bytes, contentType, soapAction });
    if (outgoing.kind === 'reply') {
      reply.status(outgoing.status).header('content-type', outgoing.contentType).send(outgoing.xml);
      return;
    }
    reply.hijack();
    if (outgoing.kind === 'cut') reply.raw.destroy();
    else this.hanging.add(reply.raw);
  }
}
