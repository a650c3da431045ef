import { isHostAndPort } from '@halftone/service';
import { z } from 'zod';

/** What a process that speaks Kafka reads from its environment. */
export const kafkaSettings = {
  KAFKA_BROKERS: z
    .string()
    .default('127.0.0.1:9092')
    .transform((list) => list.split(',').map((broker) => broker.trim()))
    .refine((brokers) => brokers.every(isHostAndPort), 'is no comma list of host:port')
    .describe('comma list of host:port of brokers to start from'),
};
