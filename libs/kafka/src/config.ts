import { z } from 'zod';

/** What a process that speaks Kafka reads from its environment. */
export const kafkaSettings = {
  KAFKA_BROKERS: z
    .string()
    .default('127.0.0.1:9092')
    .transform((list) => list.split(',').map((broker) => broker.trim()))
    .describe('comma list of host:port of brokers to start from'),
};
