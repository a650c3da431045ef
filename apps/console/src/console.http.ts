import { Controller, Get, Header, Inject, Redirect } from '@nestjs/common';
import { CONFIG, type ConsoleConfig } from './config';

/** The page is below one path, so that it can share a host name with the gateway. */
const page = '/console/';

@Controller()
export class ConsoleHttp {
  constructor(@Inject(CONFIG) private readonly config: ConsoleConfig) {}

  @Get(['', 'console'])
  @Redirect(page)
  toPage(): void {}

  /** The page's configuration. */
  @Get('console/config.json')
  @Header('cache-control', 'no-store')
  settings(): { realtime: string[] } {
    return { realtime: this.config.REALTIME_URLS };
  }
}
