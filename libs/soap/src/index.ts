/** Where we decide how SOAP messages are read, signed, encrypted and refused. */
export { type Envelope } from './envelope';
export { type FaultForm, type FaultWords, readFault, writeFault } from './fault';
export { longestMs, skewMs } from './freshness';
export { guard, limits } from './guard';
export { actionOf, contentTypeOf, readContentType } from './http-binding';
export { certificateOf, isCertificate, isRsaKey, keyForms, privateKeyOf } from './keys';
export { soap11, soap12, type SoapVersion } from './names';
export { type OpenedMessage, type Proof, readMessage, type Trust, verifyMessage } from './open-message';
export { type Identity, type SealedMessage, type Sealing, sealMessage } from './seal-message';
export { type FaultCode, type SecurityCode, type SoapCode, SoapFault } from './soap-fault';
export { childrenOf, type Element, escapeXml, is, textOf } from './xml';
