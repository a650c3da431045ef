import { Server, ServerCredentials, setLogger } from '@grpc/grpc-js';
import { Lifecycle, logger, ServiceHost, Unstartable } from '@halftone/service';
import { type DynamicModule, Module } from '@nestjs/common';
import { ServerGrpc } from '@nestjs/microservices';
import { addHealth } from './health';
import { addReflection } from './reflection';
import { packageOf, serviceNameOf, type ServiceShape } from './service-shape';

export interface GrpcServerOptions {
  /** The services that controllers of this process implement. */
  services: readonly ServiceShape[];
  host: string;
  /** 0 takes a free one; see RunningService.grpcUrl. */
  port: number;
}

/**
 * Connections end after 30 s, so that clients look the name up again and find replicas that were added
 * (grpc-node#2455); calls in flight have 10 s more.
 */
const channelOptions = {
  'grpc.max_connection_age_ms': 30_000,
  'grpc.max_connection_age_grace_ms': 10_000,
  'grpc.enable_channelz': 0,
};

/** What grpc-js says on the console is told by the errors it throws as well. */
setLogger({ error: (...words: unknown[]) => logger('grpc').debug(words.join(' ')) });

/** Nest's gRPC transport on a server of ours, because Nest's own does not tell the port it got. */
class ListeningServer extends ServerGrpc {
  /** `host:port` once it listens. */
  address = '';
  private draining = false;

  constructor(
    private readonly at: GrpcServerOptions,
    private readonly addTo: (server: Server, names: readonly string[]) => void,
  ) {
    const names = at.services.map(serviceNameOf);
    super({
      url: `${at.host}:${at.port}`,
      package: [...new Set(names.map(packageOf))],
      packageDefinition: Object.fromEntries(at.services.map((service) => [serviceNameOf(service), service])),
      gracefulShutdown: true,
    });
  }

  override async createClient(): Promise<Server> {
    const server = new Server(channelOptions);
    this.address = `${this.at.host}:${await bind(server, `${this.at.host}:${this.at.port}`)}`;
    this.addTo(server, this.at.services.map(serviceNameOf));
    return server;
  }

  /** Ours waits for the calls in flight. Nest's own comes when the grace period is over and must not wait again. */
  override async close(): Promise<void> {
    if (this.draining) return;
    this.draining = true;
    await super.close();
  }
}

function bind(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (cause, port) => {
      if (cause) reject(new Unstartable(`gRPC cannot listen at ${address}: ${cause.message}`, { cause }));
      else resolve(port);
    });
  });
}

/**
 * Serves the process's GrpcControllers in the 'serve' stage, with health and reflection, and drains them at stop: no
 * new call is taken, calls in flight finish.
 */
@Module({})
export class GrpcServerModule {
  static forRoot(options: GrpcServerOptions): DynamicModule {
    const server = {
      provide: ListeningServer,
      inject: [Lifecycle, ServiceHost],
      useFactory: (lifecycle: Lifecycle, host: ServiceHost) => attach(options, lifecycle, host),
    };
    return { module: GrpcServerModule, providers: [server] };
  }
}

function attach(options: GrpcServerOptions, lifecycle: Lifecycle, host: ServiceHost): ListeningServer {
  const strategy = new ListeningServer(options, (server, names) => {
    addHealth(server, names, lifecycle);
    addReflection(server, names);
  });
  lifecycle.onStart('serve', 'grpc', async () => {
    await host.app.connectMicroservice({ strategy }).listen();
    host.listensAt('grpc', strategy.address);
  });
  lifecycle.onStop('drain', 'grpc', () => strategy.close());
  return strategy;
}
