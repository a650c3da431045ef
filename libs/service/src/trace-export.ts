import { recordWith } from './tracing';

interface TraceExport {
  stop(): Promise<void>;
}

interface TraceExportOptions {
  /** The OTLP/HTTP endpoint, without `/v1/traces`. */
  endpoint: string;
  service: string;
  instance: string;
  version: string;
  /**
   * The share of the traces that start here which is recorded. An incoming trace is recorded if its sender records
   * it.
   */
  ratio: number;
}

/** Records spans and sends them in batches by OTLP/HTTP. Only this function loads the SDK and the exporter. */
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
    // A second of spans at the highest load fits into the queue. Spans that the collector does not accept are
    // dropped.
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
