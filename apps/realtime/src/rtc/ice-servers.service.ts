import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type RealtimeConfig } from '../config';
import type { IceServer } from '../message/server-message';

interface Turn {
  secret: string;
  seconds: number;
}

/**
 * Credentials of a TURN server that knows the secret and no users: the name says until when it is good, the password is its signature
 * (draft-uberti-behave-turn-rest-00; coturn's `use-auth-secret`). Nobody has to be told of them, and they cannot be taken back.
 */
export function turnCredentials(customer: string, { secret, seconds }: Turn, nowMs: number) {
  const username = `${Math.floor(nowMs / 1_000) + seconds}:${customer}`;
  return { username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}

/** The servers that help peers to find a way to each other. Without any, only those on one network find one. */
@Injectable()
export class IceServers {
  constructor(@Inject(CONFIG) private readonly config: RealtimeConfig) {}

  of(customer: string, nowMs = Date.now()): IceServer[] {
    const { REALTIME_TURN_URLS: all, REALTIME_TURN_SECRET: secret, REALTIME_TURN_SECONDS: seconds } = this.config;
    const stun = all.filter((url) => url.startsWith('stun'));
    const turn = all.filter((url) => url.startsWith('turn'));
    return [
      ...(stun.length > 0 ? [{ urls: stun }] : []),
      ...(turn.length > 0 && secret ? [{ urls: turn, ...turnCredentials(customer, { secret, seconds }, nowMs) }] : []),
    ];
  }
}
