<?php
/**
 * Calls every operation of the bank with PHP's SoapClient, from the WSDL alone; prints one JSON line per call. SoapClient
 * does not support WS-Security, so the header (Timestamp, UsernameToken with password digest) is built here by hand, with a
 * new nonce per message.
 *
 * Arguments: the WSDL's URL, the SOAP version (11, 12), and the facts as JSON: reference, account, amount, currency,
 * username, password.
 */
declare(strict_types=1);

const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';
const WSU = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';
const USERNAME_PROFILE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0';
const BASE64 = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary';

/** The time in WS-Security format, `$seconds` from now. */
function at(int $seconds = 0): string
{
    return gmdate('Y-m-d\TH:i:s\Z', time() + $seconds);
}

function securityHeader(string $username, string $password): SoapHeader
{
    [$created, $expires, $nonce] = [at(), at(240), random_bytes(16)];
    $digest = base64_encode(sha1($nonce . $created . $password, true));
    $xml = sprintf(
        '<wsse:Security xmlns:wsse="%s" xmlns:wsu="%s">' .
            '<wsu:Timestamp><wsu:Created>%s</wsu:Created><wsu:Expires>%s</wsu:Expires></wsu:Timestamp>' .
            '<wsse:UsernameToken><wsse:Username>%s</wsse:Username><wsse:Password Type="%s#PasswordDigest">%s</wsse:Password>' .
            '<wsse:Nonce EncodingType="%s">%s</wsse:Nonce><wsu:Created>%s</wsu:Created></wsse:UsernameToken></wsse:Security>',
        WSSE, WSU, $created, $expires, htmlspecialchars($username), USERNAME_PROFILE, $digest, BASE64, base64_encode($nonce), $created,
    );
    return new SoapHeader(WSSE, 'Security', new SoapVar($xml, XSD_ANYXML), true);
}

[, $wsdl, $version, $argument] = $argv;
$facts = json_decode($argument, true, 8, JSON_THROW_ON_ERROR);
$client = new SoapClient($wsdl, [
    'soap_version' => $version === '12' ? SOAP_1_2 : SOAP_1_1,
    'cache_wsdl' => WSDL_CACHE_NONE,
    'exceptions' => true,
    'keep_alive' => false,
]);

function call(SoapClient $client, array $facts, string $call, string $operation, array $arguments): void
{
    try {
        $answer = $client->__soapCall($operation, [$arguments], null, securityHeader($facts['username'], $facts['password']));
        $outcome = ['answer' => $answer];
    } catch (SoapFault $fault) {
        $outcome = ['fault' => $fault->faultcode, 'message' => $fault->faultstring, 'detail' => $fault->detail ?? null];
    }
    echo json_encode(['call' => $call] + $outcome, JSON_THROW_ON_ERROR), "\n";
}

['reference' => $reference, 'account' => $account, 'amount' => $amount, 'currency' => $currency] = $facts;
$debit = compact('reference', 'account', 'amount', 'currency') + ['description' => 'prints'];
call($client, $facts, 'debit', 'Debit', $debit);
call($client, $facts, 'debit again', 'Debit', $debit);
call($client, $facts, 'reference reused', 'Debit', ['amount' => $amount + 1] + $debit);
call($client, $facts, 'find', 'GetTransaction', ['reference' => $reference]);
call($client, $facts, 'credit', 'Credit', ['reference' => "$reference-back"] + $debit);
call($client, $facts, 'balance', 'GetBalance', ['account' => $account]);
call($client, $facts, 'too much', 'Debit', ['reference' => "$reference-more", 'amount' => 100_000_000_000] + $debit);
call($client, $facts, 'unknown', 'GetTransaction', ['reference' => "$reference-none"]);
call($client, ['password' => 'wrong'] + $facts, 'wrong password', 'GetBalance', ['account' => $account]);
