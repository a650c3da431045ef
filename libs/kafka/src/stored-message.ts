import type { IHeaders, KafkaMessage } from 'kafkajs';

/**
 * A message as a row stores it. Header values are base64, because they are bytes and a text column cannot hold all
 * bytes.
 */
export interface StoredMessage {
  offset: string;
  record_time: string;
  key: Buffer | null;
  headers: string;
  value: Buffer | null;
}

type Base64Headers = Record<string, string | string[]>;

export const toStored = ({ offset, timestamp, key, headers, value }: KafkaMessage): StoredMessage => ({
  offset,
  record_time: timestamp,
  key: key ?? null,
  headers: JSON.stringify(toBase64(headers ?? {})),
  value: value ?? null,
});

export const fromStored = ({ offset, record_time, key, headers, value }: StoredMessage): KafkaMessage => ({
  offset,
  timestamp: record_time,
  attributes: 0,
  key,
  headers: fromBase64(JSON.parse(headers) as Base64Headers),
  value,
});

/** The broker allows headers without a value; here they count as absent. */
const toBase64 = (headers: IHeaders): Base64Headers =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      if (value === undefined || value === null) return [];
      return [[name, Array.isArray(value) ? value.map(base64) : base64(value)]];
    }),
  );

const base64 = (value: Buffer | string): string => Buffer.from(value).toString('base64');
const bytes = (text: string): Buffer => Buffer.from(text, 'base64');

const fromBase64 = (headers: Base64Headers): IHeaders =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.map(bytes) : bytes(value)]),
  );
