import { Controller, Get, Header, Inject, Post, Redirect, Req } from '@nestjs/common';
import { Tickets } from '@halftone/redis';
import { currentCall, requirePrincipal } from '@halftone/service';
import { CONFIG, type GatewayConfig } from '../config';
import { SignedIn } from '../http/principal.guard';
import type { EdgeRequest } from '../http/reply';

const ticketSeconds = 30;

/**
 * The way to the live stream. Events never pass through this process: a client is sent on to one of the realtime replicas in turn,
 * where any replica can resume any client. Clients drop `Authorization` when a redirect changes the origin, so those that are
 * sent on bring a ticket in the query; the others go to a replica directly.
 */
@Controller('v1')
export class EventHttp {
  private turn = 0;

  constructor(
    @Inject(CONFIG) private readonly config: GatewayConfig,
    private readonly tickets: Tickets,
  ) {}

  @Post('realtime/tickets')
  @SignedIn()
  @Header('Cache-Control', 'no-store')
  async ticket() {
    return { ticket: await this.tickets.issue(tokenOfCaller(), ticketSeconds), expiresIn: ticketSeconds };
  }

  @Get('events')
  @Redirect()
  @Header('Cache-Control', 'no-store')
  events(@Req() { url }: EdgeRequest) {
    const replicas = this.config.REALTIME_URLS;
    const replica = replicas[this.turn++ % replicas.length] ?? '';
    return { url: replica + url, statusCode: 307 };
  }
}

/** A ticket stands for the token that it was asked for with. */
function tokenOfCaller(): string {
  requirePrincipal();
  return currentCall()?.token ?? '';
}
