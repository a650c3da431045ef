import { type DynamicModule, Module } from '@nestjs/common';
import { CONFIG, type ConsoleConfig } from './config';
import { ConsoleHttp } from './console.http';

@Module({})
export class ConsoleModule {
  static forRoot(config: ConsoleConfig): DynamicModule {
    return {
      module: ConsoleModule,
      controllers: [ConsoleHttp],
      providers: [{ provide: CONFIG, useValue: config }],
    };
  }
}
