import { Server, ServerCredentials, setLogger } from '@grpc/grpc-js';
import { limits } from '@halftone/contracts';
import { Lifecycle, logger, part, ServiceHost, startAndStop, CannotStart } from '@halftone/service';
import { type DynamicModule, Module } from '@nestjs/common';
import { ServerGrpc } from '@nestjs/microservices';
import { addHealth } from './health';
import { addReflection } from './reflection';
import { packageOf, serviceNameOf, type ServiceShape } from './service-shape';

interface GrpcServerOptions {
  /** The services that controllers of this process implement. */
  services: readonly ServiceShape[];
  host: string;
  /** 0 takes a free one; see RunningService.grpcUrl. */
  port: number;
  /** The age at which a connection takes no new calls; 30 s by default. */
  connectionAgeMs?: number;
}

/**
 * An old connection takes no new calls, so clients resolve the name again and find added replicas (grpc-node#2455).
 * Its calls continue until they end, without a limit of the server: only their callers know how long they may take.
 */
const channelOptions = ({ connectionAgeMs = 30_000 }: GrpcServerOptions) => ({
  'grpc.max_connection_age_ms': connectionAgeMs,
  // Rejected by the announced length, before any of the message is kept.
  'grpc.max_receive_message_length': limits.grpcMessageBytes.value,
  'grpc.enable_channelz': 0,
});

/** grpc-js also throws the errors that it prints on the console. */
setLogger({ error: (...words: unknown[]) => logger('grpc').debug(words.join(' ')) });

/** Nest's gRPC transport on our own server, because Nest does not report its port. */
class ListeningServer extends ServerGrpc {
  /** `host:port` once it listens. */
  address = '';
  private draining = false;

  constructor(
    private readonly listenOptions: GrpcServerOptions,
    private readonly host: ServiceHost,
    private readonly addTo: (server: Server, names: readonly string[]) => void,
  ) {
    const names = listenOptions.services.map(serviceNameOf);
    super({
      url: `${listenOptions.host}:${listenOptions.port}`,
      package: [...new Set(names.map(packageOf))],
      packageDefinition: Object.fromEntries(listenOptions.services.map((service) => [serviceNameOf(service), service])),
      gracefulShutdown: true,
    });
  }

  async serve(): Promise<void> {
    await this.host.app.connectMicroservice({ strategy: this }).listen();
    this.host.listensAt('grpc', this.address);
  }

  override async createClient(): Promise<Server> {
    const server = new Server(channelOptions(this.listenOptions));
    this.address = `${this.listenOptions.host}:${await bind(server, `${this.listenOptions.host}:${this.listenOptions.port}`)}`;
    this.addTo(server, this.listenOptions.services.map(serviceNameOf));
    return server;
  }

  /** Our call waits for the calls in flight. Nest's own call comes after the grace period and must not wait again. */
  override async close(): Promise<void> {
    if (this.draining) return;
    this.draining = true;
    await super.close();
  }
}

function bind(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (cause, port) => {
      if (cause) reject(new CannotStart(`gRPC cannot listen at ${address}: ${cause.message}`, { cause }));
      else resolve(port);
    });
  });
}

/**
 * Serves the process's GrpcControllers in the 'serve' stage, with health and reflection, and drains them at a stop:
 * no new calls, and calls in flight finish.
 */
@Module({})
export class GrpcServerModule {
  static forRoot(options: GrpcServerOptions): DynamicModule {
    const server = {
      provide: ListeningServer,
      inject: [Lifecycle, ServiceHost],
      useFactory: (lifecycle: Lifecycle, host: ServiceHost) => serverOf(options, lifecycle, host),
    };
    const list = startAndStop({
      serve: [part('grpc', ListeningServer, (it) => it.serve())],
      drain: [part('grpc', ListeningServer, (it) => it.close())],
    });
    return { module: GrpcServerModule, providers: [server, list] };
  }
}

const serverOf = (options: GrpcServerOptions, lifecycle: Lifecycle, host: ServiceHost): ListeningServer =>
  new ListeningServer(options, host, (server, names) => {
    addHealth(server, names, lifecycle);
    addReflection(server, names);
  });
