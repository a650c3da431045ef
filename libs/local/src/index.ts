/** Helpers of programs on one machine: ports, certificates, tokens, and a TCP proxy that can fail. */
export { freePort, giveBackPort, isFreePort } from './port.ts';
export { type KeyAndCertificate, selfSigned } from './self-signed.ts';
export { signJwt, unsignedJwt } from './sign-jwt.ts';
export { TcpProxy, type Wire } from './tcp-proxy.ts';
