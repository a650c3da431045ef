import { Controller, Get, Header, Inject, Post, Redirect, Req } from '@nestjs/common';
import { eventParameters } from '@halftone/contracts';
import { Tickets } from '@halftone/redis';
import { currentCall, PassesQuery, requirePrincipal } from '@halftone/service';
import { CONFIG, type GatewayConfig } from '../config';
import { MinuteLimiter } from '../http/minute-limiter.service';
import { SignedIn } from '../http/principal.http';
import type { EdgeRequest } from '../http/reply';

const ticketSeconds = 30;

/**
 * Redirects clients of the live stream to the realtime replicas, round robin. Events never pass through this process, and
 * any replica can resume any client. Clients drop `Authorization` when a redirect changes the origin, so redirected clients
 * use a ticket in the query. Other clients connect to a replica directly.
 */
@Controller('v1')
export class EventHttp {
  private nextReplica = 0;

  constructor(
    @Inject(CONFIG) private readonly config: GatewayConfig,
    private readonly tickets: Tickets,
    private readonly limiter: MinuteLimiter,
  ) {}

  @Post('realtime/tickets')
  @SignedIn()
  @Header('Cache-Control', 'no-store')
  async ticket() {
    await this.limiter.takeTicket();
    return { ticket: await this.tickets.issue(tokenOfCaller(), ticketSeconds), expiresIn: ticketSeconds };
  }

  @Get('events')
  @PassesQuery(eventParameters)
  @Redirect()
  @Header('Cache-Control', 'no-store')
  events(@Req() { url }: EdgeRequest) {
    const replicas = this.config.REALTIME_URLS;
    const replica = replicas[this.nextReplica++ % replicas.length] ?? '';
    return { url: replica + url, statusCode: 307 };
  }
}

/** A ticket represents the token of the request that created it. */
function tokenOfCaller(): string {
  requirePrincipal();
  return currentCall()?.token ?? '';
}
