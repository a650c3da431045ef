import { z } from 'zod';

const description = z.object({
  type: z.enum(['offer', 'answer', 'pranswer', 'rollback']),
  sdp: z.string().max(48_000).default(''),
});

/** The fields of `RTCIceCandidate.toJSON()`; others are removed. */
const candidate = z.object({
  candidate: z.string().max(1_024),
  sdpMid: z.string().max(64).nullish(),
  sdpMLineIndex: z.int().min(0).max(1_024).nullish(),
  usernameFragment: z.string().max(256).nullish(),
});

/** Exactly one of the two; a candidate of null ends the candidates. */
export const signal = z.union([
  z.object({ description, candidate: z.undefined().optional() }),
  z.object({ candidate: candidate.nullable(), description: z.undefined().optional() }),
]);

const member = z.object({ peer: z.string(), customer: z.string(), at: z.string() });

/** The messages between replicas about a room. */
export const roomUpdate = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('came'), member }),
  z.object({ kind: z.literal('went'), member }),
  z.object({ kind: z.literal('signal'), from: z.string(), to: z.string(), seq: z.int(), signal }),
]);

export type RoomUpdate = z.output<typeof roomUpdate>;
