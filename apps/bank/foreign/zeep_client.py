"""Calls every operation of the bank with python3-zeep, from the WSDL alone; prints one JSON line per call.

Arguments: the WSDL's URL, the port (BankSoap11, BankSoap12), the authentication (username, signature, or encryption: a
signature in an encrypted Body), and the facts as JSON: reference, account, amount, currency, username, password, and the
paths key, cert (the client's) and bankCert.

Every reply and every fault is verified with the bank's certificate before it is read.
"""

import datetime
import decimal
import json
import sys
import uuid

import xmlsec
import zeep
from lxml import etree
from zeep import ns
from zeep.wsse.signature import BinarySignature, verify_envelope
from zeep.wsse.username import UsernameToken
from zeep.wsse.utils import WSSE, WSU, get_security_header

XENC = "http://www.w3.org/2001/04/xmlenc#"


def timestamp():
    now = datetime.datetime.utcnow().replace(microsecond=0)
    until = now + datetime.timedelta(minutes=4)
    return WSU.Timestamp(WSU.Created(now.isoformat() + "Z"), WSU.Expires(until.isoformat() + "Z"))


class DigestedUsername:
    """A UsernameToken and a Timestamp, with a new nonce per message. Replies are verified as well."""

    def __init__(self, username, password, bank_cert):
        self.username, self.password, self.bank_cert = username, password, bank_cert

    def apply(self, envelope, headers):
        token = UsernameToken(
            self.username, self.password, use_digest=True, zulu_timestamp=True, timestamp_token=timestamp()
        )
        return token.apply(envelope, headers)

    def verify(self, envelope):
        verify_envelope(envelope, self.bank_cert)


class SignedMessage(BinarySignature):
    """Signs Body and Timestamp with exclusive C14N, SHA-256 and RSA; verifies replies with the bank's certificate."""

    def __init__(self, key, cert, bank_cert):
        super().__init__(
            key, cert, signature_method=xmlsec.Transform.RSA_SHA256, digest_method=xmlsec.Transform.SHA256
        )
        self.bank_cert = bank_cert

    def apply(self, envelope, headers):
        get_security_header(envelope).append(timestamp())
        return super().apply(envelope, headers)

    def verify(self, envelope):
        verify_envelope(envelope, self.bank_cert)


class EncryptedMessage(SignedMessage):
    """Encrypts the signed Body with AES-256-GCM; the session key is wrapped with RSA-OAEP. Decrypts replies."""

    def __init__(self, key, cert, bank_cert):
        super().__init__(key, cert, bank_cert)
        self.key = key

    def apply(self, envelope, headers):
        envelope, headers = super().apply(envelope, headers)
        body = envelope.find(etree.QName(etree.QName(envelope).namespace, "Body"))
        template = xmlsec.template.encrypted_data_create(
            envelope, xmlsec.Transform.AES256_GCM, type=xmlsec.EncryptionType.CONTENT, ns="xenc"
        )
        template.set("Id", "data-" + uuid.uuid4().hex)
        xmlsec.template.encrypted_data_ensure_cipher_value(template)
        key_info = xmlsec.template.encrypted_data_ensure_key_info(template, ns="ds")
        wrapped = xmlsec.template.add_encrypted_key(key_info, xmlsec.Transform.RSA_OAEP)
        xmlsec.template.encrypted_data_ensure_cipher_value(wrapped)
        context = xmlsec.EncryptionContext(keys_of(xmlsec.Key.from_file(self.bank_cert, xmlsec.KeyFormat.CERT_PEM)))
        context.key = xmlsec.Key.generate(xmlsec.KeyData.AES, 256, xmlsec.KeyDataType.SESSION)
        context.encrypt_xml(template, body)
        return with_key_in_header(etree.fromstring(etree.tostring(envelope))), headers

    def verify(self, envelope):
        data = envelope.find(".//{%s}EncryptedData" % XENC)
        wrapped = get_security_header(envelope).find("{%s}EncryptedKey" % XENC)
        wrapped.getparent().remove(wrapped)
        key_info = data.find("{%s}KeyInfo" % ns.DS)
        if key_info is not None:
            data.remove(key_info)
        key_info = etree.Element("{%s}KeyInfo" % ns.DS)
        key_info.append(wrapped)
        data.insert(1, key_info)
        context = xmlsec.EncryptionContext(keys_of(xmlsec.Key.from_file(self.key, xmlsec.KeyFormat.PEM)))
        context.decrypt(data)
        super().verify(envelope)


def keys_of(key):
    manager = xmlsec.KeysManager()
    manager.add_key(key)
    return manager


def with_key_in_header(envelope):
    """Moves the wrapped key from the data, where xmlsec puts it, to the WS-Security header, with its reference list."""
    data = envelope.find(".//{%s}EncryptedData" % XENC)
    key_info = data.find("{%s}KeyInfo" % ns.DS)
    wrapped = key_info[0]
    data.remove(key_info)
    references = etree.SubElement(wrapped, "{%s}ReferenceList" % XENC)
    etree.SubElement(references, "{%s}DataReference" % XENC, URI="#" + data.get("Id"))
    get_security_header(envelope).append(wrapped)
    return envelope


def plain(value):
    if isinstance(value, (decimal.Decimal, datetime.datetime, uuid.UUID)):
        return str(value)
    raise TypeError(type(value))


def texts_of(detail):
    """The texts in the fault's detail, by local name."""
    return {} if detail is None else {etree.QName(node).localname: node.text for node in detail.iter() if node.text}


def call(name, work):
    try:
        answer = zeep.helpers.serialize_object(work(), dict)
        outcome = {"answer": answer}
    except zeep.exceptions.Fault as fault:
        outcome = {"fault": fault.code, "message": fault.message, "detail": texts_of(fault.detail)}
        outcome["subcodes"] = [etree.QName(code).localname for code in fault.subcodes or []]
    print(json.dumps({"call": name, **outcome}, default=plain), flush=True)


def main():
    wsdl, port, authentication, facts = sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
    if authentication == "username":
        wsse = DigestedUsername(facts["username"], facts["password"], facts["bankCert"])
    else:
        message = {"signature": SignedMessage, "encryption": EncryptedMessage}[authentication]
        wsse = message(facts["key"], facts["cert"], facts["bankCert"])
    service = zeep.Client(wsdl, wsse=wsse, port_name=port).service
    order = {name: facts[name] for name in ("account", "amount", "currency")}
    debit = {**order, "reference": facts["reference"], "description": "prints"}
    call("debit", lambda: service.Debit(**debit))
    call("debit again", lambda: service.Debit(**debit))
    call("reference reused", lambda: service.Debit(**{**debit, "amount": facts["amount"] + 1}))
    call("find", lambda: service.GetTransaction(reference=facts["reference"]))
    call("credit", lambda: service.Credit(**{**debit, "reference": facts["reference"] + "-back"}))
    call("balance", lambda: service.GetBalance(account=facts["account"]))
    call("too much", lambda: service.Debit(**{**debit, "reference": facts["reference"] + "-more", "amount": 10**11}))
    call("unknown", lambda: service.GetTransaction(reference=facts["reference"] + "-none"))


if __name__ == "__main__":
    main()
