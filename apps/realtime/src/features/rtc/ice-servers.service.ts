import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type RealtimeConfig } from '../../config';
import type { IceServer } from '../../message/server-message';

interface TurnSettings {
  secret: string;
  seconds: number;
}

/**
 * Credentials for a TURN server with a shared secret: the user name contains the expiry, the password signs the user name
 * (draft-uberti-behave-turn-rest-00; coturn's `use-auth-secret`). The server needs no list of users, and credentials cannot be revoked.
 */
export function turnCredentials(customer: string, { secret, seconds }: TurnSettings, nowMs: number) {
  const username = `${Math.floor(nowMs / 1_000) + seconds}:${customer}`;
  return { username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}

/** The STUN and TURN servers for calls. Without any, only peers in one network can connect. */
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
