import type { IncomingHttpHeaders } from 'node:http';
import { Body, Controller, Headers, HttpCode, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { CallerService } from '../connection/caller.service';
import { type ClientMessage, clientMessage } from '../message/client-message.schema';
import { TalkService } from './talk.service';

const talkQuery = z.object({ peer: z.string().max(100), ticket: z.string().max(200).optional() });

/** `POST /v1/events?peer=NAME`: what a WebSocket client would say, for a client that has an event stream. */
@Controller('v1/events')
export class TalkHttp {
  constructor(
    private readonly caller: CallerService,
    private readonly talk: TalkService,
  ) {}

  @Post()
  @HttpCode(202)
  async say(
    @Query({ schema: talkQuery }) { peer, ticket }: z.output<typeof talkQuery>,
    @Headers() { authorization }: IncomingHttpHeaders,
    @Body({ schema: clientMessage }) message: ClientMessage,
  ): Promise<void> {
    const { principal } = await this.caller.identify(ticket, authorization);
    await this.talk.say(peer, principal, message);
  }
}
