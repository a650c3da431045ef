import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

/** A broker that vanished without closing is noticed by the kernel's probes, a few seconds after this. */
const KEEP_ALIVE_MS = 5_000;

/**
 * kafkajs's own socket with Nagle's algorithm off (RFC 9293 §3.7.4): a commit or heartbeat that follows a waiting fetch on the same connection
 * would otherwise be held back until the broker's delayed acknowledgement of the fetch, up to 40 ms.
 */
export const openSocket: ISocketFactory = ({ host, port, ssl, onConnect }): Socket => {
  const socket = ssl
    ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }), ...ssl }, onConnect)
    : connect({ host, port }, onConnect);
  return socket.setKeepAlive(true, KEEP_ALIVE_MS).setNoDelay(true);
};
