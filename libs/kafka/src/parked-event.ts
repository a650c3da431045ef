import type { KafkaMessage } from 'kafkajs';

export interface Position {
  topic: string;
  partition: number;
}

/** An event in the retry queue. `waiting`: its handler is retried. `dying`: its dead letter is being written. */
export interface ParkedEvent {
  id: number;
  position: Position;
  message: KafkaMessage;
  state: 'waiting' | 'dying';
  /** How often its handler was called, including this time. */
  attempts: number;
  /** The fencing token of its claim: a worker whose claim was superseded changes nothing. */
  fence: number;
  reason: string;
  error: string;
}
