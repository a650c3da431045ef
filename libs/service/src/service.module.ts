import { type DynamicModule, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Lifecycle } from './lifecycle';
import { Logger } from './log';

/** Provides what platform modules need from their process. */
export class ServiceHost {
  private application: NestFastifyApplication | undefined;
  private readonly addresses = new Map<string, string>();

  constructor(
    readonly name: string,
    readonly instance: string,
  ) {}

  /** Throws while the modules are being created. */
  get app(): NestFastifyApplication {
    if (!this.application) throw new Error('the application is still being created; use it from Lifecycle.onStart');
    return this.application;
  }

  set app(application: NestFastifyApplication) {
    this.application = application;
  }

  /** Records the address of a protocol, for listeners on port 0. */
  listensAt(protocol: string, address: string): void {
    this.addresses.set(protocol, address);
  }

  addressOf(protocol: string): string {
    const address = this.addresses.get(protocol);
    if (address === undefined) throw new Error(`${this.name} does not listen for ${protocol}`);
    return address;
  }
}

/** Provides Lifecycle, Logger and ServiceHost to every class of the service. */
@Module({})
export class ServiceModule {
  static forRoot(host: ServiceHost, lifecycle: Lifecycle, log: Logger): DynamicModule {
    const providers = [
      { provide: ServiceHost, useValue: host },
      { provide: Lifecycle, useValue: lifecycle },
      { provide: Logger, useValue: log },
    ];
    return { module: ServiceModule, global: true, providers, exports: providers };
  }
}
