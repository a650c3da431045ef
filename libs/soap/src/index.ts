/** How SOAP messages are read, signed, encrypted and rejected. */
export { type FaultContent, readFault, writeFault } from './fault';
export { longestMs, skewMs } from './freshness';
export { actionOf, contentTypeOf, readContentType } from './http-binding';
export { certificateOf, isCertificate, isRsaKey, keyForms, privateKeyOf } from './keys';
export { soap11, type SoapVersion } from './names';
export { type OpenedMessage, readMessage, type Trust, verifyMessage } from './open-message';
export { type Identity, type SealOptions, sealMessage } from './seal-message';
export { SoapFault } from './soap-fault';
export { childrenOf, type Element, escapeXml, is, textOf } from './xml';
