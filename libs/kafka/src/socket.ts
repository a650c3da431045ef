import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

/** The kernel's probes detect a broker that vanished without closing, a few seconds after this. */
const KEEP_ALIVE_MS = 5_000;

/**
 * kafkajs's own socket without Nagle's algorithm (RFC 9293 §3.7.4). With it, a commit or heartbeat after a waiting
 * fetch on the same connection waits up to 40 ms for the broker's delayed acknowledgement.
 */
export const openSocket: ISocketFactory = ({ host, port, ssl, onConnect }): Socket => {
  const socket = ssl
    ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }), ...ssl }, onConnect)
    : connect({ host, port }, onConnect);
  return socket.setKeepAlive(true, KEEP_ALIVE_MS).setNoDelay(true);
};
