import { isHostAndPort } from '@halftone/service';
import { z } from 'zod';

/** Settings of a process that uses Kafka. */
export const kafkaSettings = {
  KAFKA_BROKERS: z
    .string()
    .default('127.0.0.1:9092')
    .transform((list) => list.split(',').map((broker) => broker.trim()))
    .refine((brokers) => brokers.every(isHostAndPort), 'is not a comma-separated list of host:port')
    .describe('comma-separated list of host:port of the first brokers to contact'),
};
