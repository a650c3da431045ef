/** REST: one round trip to Valkey before an order is placed, none waited for after it. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Redis } from 'ioredis';
import type { PlaceRequest, Placing } from './placing.ts';

const dayInSeconds = 86_400;
/** SHA-256 in hexadecimal digits; the response follows it. */
const fingerprintLength = 64;

type Body = Pick<PlaceRequest, 'lines' | 'payment'>;

function answer(response: ServerResponse, text: string | undefined): void {
  if (text === undefined) return void response.writeHead(422).end();
  const length = Buffer.byteLength(text);
  response.writeHead(201, { 'content-type': 'application/json', 'content-length': length }).end(text);
}

async function place(request: IncomingMessage, placing: Placing, redis: Redis): Promise<string | undefined> {
  const { 'x-customer': customer, 'idempotency-key': key } = request.headers;
  if (typeof customer !== 'string' || typeof key !== 'string') return undefined;
  const body = await buffer(request);
  const fingerprint = createHash('sha256').update(body).digest('hex');
  const name = `limit:${customer}:orders:${key}`;
  const known = await redis.set(name, fingerprint, 'EX', dayInSeconds, 'NX', 'GET');
  if (known && known.length > fingerprintLength) {
    return known.startsWith(fingerprint) ? known.slice(fingerprintLength) : undefined;
  }
  const text = await placing.place({ ...(JSON.parse(body.toString('utf8')) as Body), customer, key, fingerprint });
  if (text !== undefined) void redis.set(name, fingerprint + text, 'EX', dayInSeconds);
  return text;
}

export const openEdge = (placing: Placing, redis: Redis): Server =>
  createServer((request, response) => {
    place(request, placing, redis).then(
      (text) => answer(response, text),
      (error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        response.writeHead(500).end();
      },
    );
  });
