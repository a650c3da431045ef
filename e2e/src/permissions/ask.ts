/** One request as one of the callers, over each protocol; the outcome is `ok` or the stable code it was refused with. */
import { randomUUID } from 'node:crypto';
import { Duplex } from 'node:stream';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { grpcServices } from '@halftone/contracts';
import { codeOf, jsonOf, type Reply, type Request } from '@halftone/proof/harness/clients/http.ts';
import { processesOf } from '@halftone/tools/shop/processes.ts';
import type { Session } from '@halftone/proof/harness/clients/session.ts';
import type { ServiceState } from '@halftone/tools/os/run-state.ts';
import { WebSocket } from 'ws';
import { patientSend } from '../patient-send';
import { signedIn, system } from '../system';
import type { Who } from './page';

const customers = { owner: 'alice', other: 'bob', operator: 'olga' } as const;

export const sessionOf = async (who: Who): Promise<Session | undefined> =>
  who === 'anonymous' || who === 'saga' ? undefined : signedIn(customers[who]);

const bearerOf = async (who: Who): Promise<Record<string, string>> =>
  (await sessionOf(who))?.authorization() ?? Promise.resolve({});

export const outcomeOf = (reply: Reply): string => (reply.status < 400 ? 'ok' : (codeOf(reply) ?? `${reply.status}`));

export const httpOf = (name: ServiceState['name']): string => processesOf(name)[0]?.http ?? '';

/** Of the gateway, unless the address names another process. */
export async function rest(who: Who, method: Request['method'], address: string, json?: unknown): Promise<Reply> {
  const url = address.startsWith('/') ? system().urls.gateway + address : address;
  const type: Record<string, string> = json === undefined ? {} : { 'content-type': 'application/json' };
  const headers = { ...type, 'idempotency-key': randomUUID(), ...(await bearerOf(who)) };
  return patientSend(url, {
    method: method ?? 'GET',
    headers,
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
}

interface GraphAnswer {
  data?: Record<string, unknown> | null;
  errors?: { extensions: { code: string } }[];
}

export async function graph(who: Who, query: string, variables: object = {}): Promise<string> {
  const headers = { 'content-type': 'application/json', ...(await bearerOf(who)) };
  const body = JSON.stringify({ query, variables });
  const answer = jsonOf<GraphAnswer>(await patientSend(system().urls.graphql, { method: 'POST', headers, body }));
  return answer.errors?.[0]?.extensions.code ?? 'ok';
}

interface Method {
  path: string;
  requestStream: boolean;
  responseStream: boolean;
  requestSerialize: (value: never) => Buffer;
  responseDeserialize: (bytes: Buffer) => unknown;
}

const methods: ReadonlyMap<string, Method> = new Map(
  grpcServices.flatMap((service) => Object.values(service).map((method) => [method.path, method as Method] as const)),
);

const serviceOf = (path: string) => path.split('.')[1]?.replaceAll('_', '-') as ServiceState['name'];

/** `endpoint` is `gRPC package.Service/Method`; a stream is asked with the one message. */
export async function grpc(who: Who, endpoint: string, request: unknown): Promise<string> {
  const path = `/${endpoint.slice('gRPC '.length)}`;
  const method = methods.get(path);
  if (!method) throw new Error(`no method ${path}`);
  const channel = new Client(processesOf(serviceOf(path))[0]?.grpc ?? '', credentials.createInsecure());
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(await bearerOf(who))) metadata.set(name, value);
  try {
    return await callOnce(channel, method, request as never, metadata);
  } finally {
    channel.close();
  }
}

function callOnce(channel: Client, method: Method, request: never, metadata: Metadata): Promise<string> {
  const { path, requestSerialize, responseDeserialize, requestStream, responseStream } = method;
  const options = { deadline: Date.now() + 15_000 };
  const codec = [path, requestSerialize, responseDeserialize] as const;
  return new Promise((resolve) => {
    const done = (error: unknown) => resolve(error ? codeIn(error) : 'ok');
    if (responseStream) {
      const call = requestStream
        ? channel.makeBidiStreamRequest(...codec, metadata, options)
        : channel.makeServerStreamRequest(...codec, request, metadata, options);
      if (call instanceof Duplex) call.write(request);
      // The first message answers; the rest of it is not wanted.
      call.once('data', () => (done(null), call.cancel()));
      call.on('error', done);
      call.on('end', () => done(null));
    } else if (requestStream) {
      const call = channel.makeClientStreamRequest(...codec, metadata, options, done);
      for (const message of request as unknown as never[]) call.write(message);
      call.end();
    } else channel.makeUnaryRequest(...codec, request, metadata, options, done);
  });
}

function codeIn(error: unknown): string {
  const { metadata, details } = error as { metadata?: Metadata; details?: string };
  return String(metadata?.get('halftone-code')[0] ?? details ?? error);
}

type Message = Record<string, unknown> & { type: string };

/**
 * Says the messages one after the other over one WebSocket, each until something of `until` came; the last one's outcome counts. Without
 * credentials there is only the gallery to connect for.
 */
export async function talk(
  who: Who,
  messages: readonly Message[],
  until: readonly string[] = ['pong'],
): Promise<string> {
  const [url = ''] = system().urls.realtime;
  const channel = who === 'anonymous' ? 'gallery' : 'me';
  const address = `${url.replace('http', 'ws')}/v1/events?channel=${channel}`;
  const socket = new WebSocket(address, 'halftone.v1.json', { headers: await bearerOf(who) });
  const received: Message[] = [];
  socket.on('message', (text: Buffer) => received.push(JSON.parse(text.toString()) as Message));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  try {
    let outcome = 'silence';
    for (const message of messages) outcome = await answerTo(socket, received, message, until);
    return outcome;
  } finally {
    socket.terminate();
  }
}

/** Handled in turn, so the answer to a ping comes after what was said before it. */
async function answerTo(
  socket: WebSocket,
  received: Message[],
  message: Message,
  until: readonly string[],
): Promise<string> {
  received.length = 0;
  socket.send(JSON.stringify(message));
  if (until.includes('pong')) socket.send(JSON.stringify({ type: 'ping' }));
  for (const end = Date.now() + 10_000; Date.now() < end;) {
    const answer = received.find(({ type }) => type === 'error' || until.includes(type));
    if (answer) return answer.type === 'error' ? String(answer['code']) : 'ok';
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return 'silence';
}
