/** The namespaces and algorithms, by the names in their specifications. */
export const soap11 = 'http://schemas.xmlsoap.org/soap/envelope/';
export const soap12 = 'http://www.w3.org/2003/05/soap-envelope';
export const wsse = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
export const wsse11 = 'http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd';
export const wsu = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
export const ds = 'http://www.w3.org/2000/09/xmldsig#';
export const xenc = 'http://www.w3.org/2001/04/xmlenc#';
export const xmlns = 'http://www.w3.org/2000/xmlns/';

const messageSecurity = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0';
export const base64Binary = `${messageSecurity}#Base64Binary`;
export const x509v3 = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3';
export const passwordDigest =
  'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest';

export const exclusiveC14n = 'http://www.w3.org/2001/10/xml-exc-c14n#';
export const rsaSha256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
export const sha256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
export const sha1 = 'http://www.w3.org/2000/09/xmldsig#sha1';
export const rsaOaep = 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p';
export const aes128Gcm = 'http://www.w3.org/2009/xmlenc11#aes128-gcm';
export const aes256Gcm = 'http://www.w3.org/2009/xmlenc11#aes256-gcm';
export const encryptedContent = `${xenc}Content`;

/** 1.1 (a W3C note of 2000) and 1.2 (the recommendation). */
export type SoapVersion = '1.1' | '1.2';

export const envelopeOf = (version: SoapVersion): string => (version === '1.1' ? soap11 : soap12);
