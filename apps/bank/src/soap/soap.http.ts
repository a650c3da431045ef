import type { IncomingMessage, ServerResponse } from 'node:http';
import { Lifecycle } from '@halftone/service';
import { Body, Controller, Headers, Post, Res } from '@nestjs/common';
import { SoapService } from './soap.service';

/** What of Fastify's reply is used. */
interface Reply {
  readonly raw: ServerResponse<IncomingMessage>;
  status(code: number): Reply;
  header(name: string, value: string): Reply;
  send(body: string): unknown;
  hijack(): unknown;
}

@Controller('bank')
export class SoapHttp {
  /** Requests that a bank that hangs will never answer; they must not hold its stop up. */
  private readonly hanging = new Set<ServerResponse>();

  constructor(
    private readonly soap: SoapService,
    lifecycle: Lifecycle,
  ) {
    lifecycle.onStop('refuse', 'hanging requests', async () => this.hanging.forEach((response) => response.destroy()));
  }

  @Post()
  async take(
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
    else this.keep(reply.raw);
  }

  private keep(response: ServerResponse): void {
    this.hanging.add(response);
    response.once('close', () => this.hanging.delete(response));
  }
}
