import { Controller, Get, Header, Inject, Redirect } from '@nestjs/common';
import { CONFIG, type ConsoleConfig } from './config';

/** Everything of the page is below one path, so that it can stand beside the gateway under one host name. */
const page = '/console/';

@Controller()
export class ConsoleHttp {
  constructor(@Inject(CONFIG) private readonly config: ConsoleConfig) {}

  @Get(['', 'console'])
  @Redirect(page)
  toPage(): void {}

  /** What the page has to know of the place it was served from. */
  @Get('console/config.json')
  @Header('cache-control', 'no-store')
  settings(): { realtime: string[] } {
    return { realtime: this.config.REALTIME_URLS };
  }
}
