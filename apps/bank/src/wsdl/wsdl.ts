/** The contract: WSDL 1.1, document/literal wrapped, bound to SOAP 1.1 and 1.2. Pure. */

export const namespace = 'urn:halftone:bank:1';

export const actionOf = (operation: string): string => `${namespace}/${operation}`;

interface Field {
  name: string;
  type: string;
  optional?: boolean;
}

const text = (name: string): Field => ({ name, type: 'tns:Text' });
const reference: Field = { name: 'reference', type: 'tns:Reference' };
const account: Field = { name: 'account', type: 'tns:Account' };
const amount: Field = { name: 'amount', type: 'tns:Amount' };
const currency: Field = { name: 'currency', type: 'tns:Currency' };
const bookedAt: Field = { name: 'bookedAt', type: 'xs:dateTime' };
const transactionId = text('transactionId');
const movement = [reference, account, amount, currency, { ...text('description'), optional: true }];
const booking = [reference, transactionId, account, amount, currency, bookedAt];

/** Request and response fields of each operation, in message order. */
export const operations: Readonly<Record<string, { takes: readonly Field[]; gives: readonly Field[] }>> = {
  Debit: { takes: movement, gives: booking },
  Credit: { takes: movement, gives: booking },
  GetTransaction: {
    takes: [reference],
    gives: [
      reference,
      transactionId,
      { name: 'kind', type: 'tns:Kind' },
      account,
      amount,
      currency,
      { name: 'state', type: 'tns:State' },
      { ...text('refusal'), optional: true },
      bookedAt,
    ],
  },
  GetBalance: { takes: [account], gives: [account, { name: 'balance', type: 'xs:long' }, currency] },
};

const restricted = (name: string, base: string, facets: string): string =>
  `<xs:simpleType name="${name}"><xs:restriction base="${base}">${facets}</xs:restriction></xs:simpleType>`;

const types = [
  restricted('Reference', 'xs:string', '<xs:pattern value="[A-Za-z0-9._\\-]{1,64}"/>'),
  restricted('Account', 'xs:string', '<xs:minLength value="1"/><xs:maxLength value="64"/>'),
  restricted('Amount', 'xs:long', '<xs:minInclusive value="1"/><xs:maxInclusive value="1000000000000"/>'),
  restricted('Currency', 'xs:string', '<xs:pattern value="[A-Z]{3}"/>'),
  restricted('Text', 'xs:string', '<xs:maxLength value="200"/>'),
  restricted('Kind', 'xs:string', '<xs:enumeration value="debit"/><xs:enumeration value="credit"/>'),
  restricted('State', 'xs:string', '<xs:enumeration value="booked"/><xs:enumeration value="refused"/>'),
];

const element = (name: string, fields: readonly Field[]): string => {
  const parts = fields.map(
    ({ name: field, type, optional }) =>
      `<xs:element name="${field}" type="${type}"${optional ? ' minOccurs="0"' : ''}/>`,
  );
  return `<xs:element name="${name}"><xs:complexType><xs:sequence>${parts.join('')}</xs:sequence></xs:complexType></xs:element>`;
};

const fault = element('BankFault', [
  { name: 'code', type: 'xs:string' },
  { name: 'message', type: 'xs:string' },
]);

const names = Object.keys(operations);

const schema = (): string => {
  const elements = Object.entries(operations).flatMap(([name, { takes, gives }]) => [
    element(name, takes),
    element(`${name}Response`, gives),
  ]);
  return `<xs:schema targetNamespace="${namespace}" elementFormDefault="qualified">${[...types, ...elements, fault].join('')}</xs:schema>`;
};

const message = (name: string, part: string): string =>
  `<wsdl:message name="${name}"><wsdl:part name="${part}" element="tns:${name}"/></wsdl:message>`;

const portOperation = (name: string): string =>
  `<wsdl:operation name="${name}"><wsdl:input message="tns:${name}"/><wsdl:output message="tns:${name}Response"/>` +
  `<wsdl:fault name="BankFault" message="tns:BankFault"/></wsdl:operation>`;

const binding = (name: string, prefix: 'soap' | 'soap12'): string => {
  const bound = names.map(
    (operation) =>
      `<wsdl:operation name="${operation}"><${prefix}:operation soapAction="${actionOf(operation)}" style="document"/>` +
      `<wsdl:input><${prefix}:body use="literal"/></wsdl:input><wsdl:output><${prefix}:body use="literal"/></wsdl:output>` +
      `<wsdl:fault name="BankFault"><${prefix}:fault name="BankFault" use="literal"/></wsdl:fault></wsdl:operation>`,
  );
  return (
    `<wsdl:binding name="${name}" type="tns:Bank">` +
    `<${prefix}:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>${bound.join('')}</wsdl:binding>`
  );
};

const port = (name: string, prefix: 'soap' | 'soap12', address: string): string =>
  `<wsdl:port name="${name}" binding="tns:${name}"><${prefix}:address location="${address}"/></wsdl:port>`;

/** `address` is the URL the client used, already escaped. */
export const wsdl = (address: string): string =>
  [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<wsdl:definitions name="Bank" targetNamespace="${namespace}" xmlns:tns="${namespace}"`,
    ' xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:xs="http://www.w3.org/2001/XMLSchema"',
    ' xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:soap12="http://schemas.xmlsoap.org/wsdl/soap12/">',
    `<wsdl:types>${schema()}</wsdl:types>`,
    ...names.flatMap((name) => [message(name, 'parameters'), message(`${name}Response`, 'parameters')]),
    message('BankFault', 'fault'),
    `<wsdl:portType name="Bank">${names.map(portOperation).join('')}</wsdl:portType>`,
    binding('BankSoap11', 'soap'),
    binding('BankSoap12', 'soap12'),
    `<wsdl:service name="BankService">${port('BankSoap11', 'soap', address)}${port('BankSoap12', 'soap12', address)}</wsdl:service>`,
    '</wsdl:definitions>',
  ].join('');
