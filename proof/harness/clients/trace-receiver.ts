/**
 * Receives spans like an OpenTelemetry collector: OTLP over HTTP in JSON at `POST /v1/traces`.
 * Keeps the latest spans and serves those of one trace at `GET /traces/ID`, also to other processes.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  /** Empty for the first span of a trace. */
  parentSpanId: string;
  service: string;
  name: string;
  kind: SpanKindName;
  attributes: Record<string, string | number | boolean>;
}

type SpanKindName = (typeof kinds)[number];

/** By their numbers on the wire (opentelemetry/proto/trace/v1/trace.proto). */
const kinds = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;

interface Attribute {
  key: string;
  value: { stringValue?: string; intValue?: number | string; doubleValue?: number; boolValue?: boolean };
}

/** The fields that we read of an ExportTraceServiceRequest. */
interface Batch {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: {
      spans: {
        traceId: string;
        spanId: string;
        parentSpanId?: string;
        name: string;
        kind: number;
        attributes: Attribute[];
      }[];
    }[];
  }[];
}

/** About 20 MB; far more than one test produces. */
const most = 20_000;

export class TraceReceiver {
  readonly #server: Server;
  #spans: ReceivedSpan[] = [];

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<TraceReceiver> {
    const receiver = new TraceReceiver();
    receiver.#server.listen(0, '127.0.0.1');
    await once(receiver.#server, 'listening');
    return receiver;
  }

  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, traceId] = /^\/traces\/(\w+)$/.exec(request.url ?? '') ?? [];
    if (traceId) {
      response.end(JSON.stringify(this.#spans.filter((span) => span.traceId === traceId)));
    } else if (request.method === 'POST' && request.url === '/v1/traces') {
      this.#spans = [...this.#spans, ...spansOf((await json(request)) as Batch)].slice(-most);
      response.setHeader('content-type', 'application/json').end('{}');
    } else {
      response.writeHead(404).end();
    }
  }
}

const spansOf = ({ resourceSpans }: Batch): ReceivedSpan[] =>
  resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(attributesOf(resource.attributes)['service.name']);
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(({ traceId, spanId, parentSpanId = '', name, kind, attributes }) => {
        const known = { traceId, spanId, parentSpanId, service, name, kind: kinds[kind] ?? 'unspecified' };
        return { ...known, attributes: attributesOf(attributes) };
      }),
    );
  });

const attributesOf = (attributes: readonly Attribute[]): ReceivedSpan['attributes'] =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0] ?? '']));

/** Reads the spans of a trace from a receiver. */
export async function receivedSpans(endpoint: string, traceId: string): Promise<ReceivedSpan[]> {
  return (await (await fetch(`${endpoint}/traces/${traceId}`)).json()) as ReceivedSpan[];
}
