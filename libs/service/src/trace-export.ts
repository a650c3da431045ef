import { recordWith } from './tracing';

export interface TraceExport {
  stop(): Promise<void>;
}

/** Records every span and sends it in batches by OTLP/HTTP. The SDK and exporter are loaded here and nowhere else. */
export async function startTraceExport(endpoint: string, service: string, instance: string): Promise<TraceExport> {
  const [
    { BatchSpanProcessor, ParentBasedSampler, AlwaysOnSampler, TracerProvider },
    { OTLPTraceExporter },
    resources,
  ] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ]);
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
  const provider = new TracerProvider({
    resource: resources.resourceFromAttributes({ 'service.name': service, 'service.instance.id': instance }),
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  recordWith(provider.getTracer('@halftone/service'));
  return {
    stop: async () => {
      recordWith(undefined);
      await provider.shutdown();
    },
  };
}
