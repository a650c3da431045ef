import { recordWith } from './tracing';

export interface TraceExport {
  stop(): Promise<void>;
}

export interface TraceExportOptions {
  /** The OTLP/HTTP endpoint, without `/v1/traces`. */
  endpoint: string;
  service: string;
  instance: string;
  version: string;
  /** Of the traces that begin here, the share that is recorded; one that came in is recorded if its sender says so. */
  ratio: number;
}

/** Records spans and sends them in batches by OTLP/HTTP. The SDK and exporter are loaded here and nowhere else. */
export async function startTraceExport(options: TraceExportOptions): Promise<TraceExport> {
  const { endpoint, service, instance, version, ratio } = options;
  const [
    { BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider },
    { OTLPTraceExporter },
    resources,
  ] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
  const provider = new TracerProvider({
    resource: resources.resourceFromAttributes({
      'service.namespace': 'halftone',
      'service.name': service,
      'service.instance.id': instance,
      'service.version': version,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    // A second of spans at the highest load fits into the queue; when nobody takes them, they are dropped.
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: 1_000, maxQueueSize: 8_192 })],
  });
  recordWith(provider.getTracer('@halftone/service'));
  return {
    stop: async () => {
      recordWith(undefined);
      await provider.shutdown();
    },
  };
}
