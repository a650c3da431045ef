import { Http2SubchannelConnector } from '@grpc/grpc-js/build/src/transport';

/** The part of grpc-js's connection that decides about pings. */
interface Pinging {
  session: { closed: boolean };
  canSendPing(): boolean;
}

let isPatched = false;

/**
 * Stops the keepalive pings on draining connections. A connection that got a GOAWAY takes no new calls, but its calls
 * continue. grpc-js keeps pinging it; Node refuses to ping such a connection, and grpc-js takes that for a dead peer
 * and drops all calls (https://github.com/grpc/grpc-node/issues/3068).
 *
 * So calls on a draining connection do not detect a peer that vanished. Each needs its own deadline.
 */
export function keepDrainingConnections(): void {
  if (isPatched) return;
  isPatched = true;
  const { connect } = Http2SubchannelConnector.prototype;
  Http2SubchannelConnector.prototype.connect = async function (...args) {
    const transport = await connect.apply(this, args);
    const pinging = transport as unknown as Pinging;
    const canSendPing = pinging.canSendPing.bind(transport);
    pinging.canSendPing = () => !pinging.session.closed && canSendPing();
    return transport;
  };
}
