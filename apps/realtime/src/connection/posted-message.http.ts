import type { IncomingHttpHeaders } from 'node:http';
import { Body, Controller, Headers, HttpCode, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { ClientIdentityService } from '../access/client-identity.service';
import { type ClientMessage, clientMessage } from '../message/client-message.schema';
import { PostedMessageService } from './posted-message.service';

const messageQuery = z.strictObject({ peer: z.string().max(100), ticket: z.string().max(200).optional() });

/** `POST /v1/events?peer=NAME`: a message of a client with an event stream, like a WebSocket message. */
@Controller('v1/events')
export class PostedMessageHttp {
  constructor(
    private readonly identities: ClientIdentityService,
    private readonly messages: PostedMessageService,
  ) {}

  @Post()
  @HttpCode(202)
  async post(
    @Query({ schema: messageQuery }) { peer, ticket }: z.output<typeof messageQuery>,
    @Headers() { authorization }: IncomingHttpHeaders,
    @Body({ schema: clientMessage }) message: ClientMessage,
  ): Promise<void> {
    const { principal } = await this.identities.identify(ticket, authorization);
    await this.messages.handle(peer, principal, message);
  }
}
