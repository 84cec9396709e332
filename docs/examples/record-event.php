<?php // Records that an order was placed: php record-event.php [ORDER_ID]

const GIVE_UP_AFTER_S = 60;
const TIMEOUT_S = 10;

/** Status 0: no response, or a part of one. The event may be committed nevertheless. */
function post(string $body): array
{
    $retryAfter = 0;
    $curl = curl_init((getenv('CUSTOMER_EVENTS_URL') ?: 'http://localhost:3000') . '/api/v1/customer-events');
    curl_setopt_array($curl, [
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT => TIMEOUT_S,
        CURLOPT_HTTPHEADER => ['X-API-Key: ' . getenv('CUSTOMER_EVENTS_KEY'), 'Content-Type: application/json'],
        CURLOPT_POSTFIELDS => $body,
        CURLOPT_HEADERFUNCTION => function ($curl, string $header) use (&$retryAfter): int {
            if (preg_match('/^retry-after: *(\d+)/i', $header, $found)) $retryAfter = (int) $found[1];
            return strlen($header);
        },
    ]);
    $text = curl_exec($curl);
    if ($text === false) return [0, 0, curl_error($curl)];
    return [curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $retryAfter, $text];
}

/** Returns when the event is committed; throws what the service said, or why there was no response. */
function recordEvent(array $event): int
{
    $body = json_encode($event, JSON_THROW_ON_ERROR);
    $giveUpAt = microtime(true) + GIVE_UP_AFTER_S;
    for ($attempt = 0; ; $attempt++) {
        [$status, $retryAfter, $text] = post($body);
        if (($status === 200 || $status === 201) && str_starts_with($text, '{"success":true')) return $status;

        $response = $status . ' ' . substr($text, 0, 2000);
        if (!in_array($status, [0, 408, 429]) && $status < 500) throw new RuntimeException("refused: $response");

        $wait = $retryAfter + 0.1 + lcg_value() * min(30, 0.2 * 2 ** $attempt);
        if (microtime(true) + $wait >= $giveUpAt) {
            throw new RuntimeException("not confirmed, send it again later: $response");
        }
        usleep((int) (1_000_000 * $wait));
    }
}

$orderId = $argv[1] ?? '1044';
$event = [
    'customerExternalId' => 'user_42',
    'type' => 'order.placed',
    'payload' => ['orderId' => $orderId, 'total' => 99.9],
    'occurredAt' => '2026-04-18T12:00:00Z',
    'eventId' => "order-$orderId-placed",
];
try {
    $status = recordEvent($event);
    echo $event['eventId'], $status === 201 ? ": stored\n" : ": was stored before\n";
} catch (RuntimeException $error) {
    fwrite(STDERR, "{$event['eventId']}: {$error->getMessage()}\n");
    exit(1);
}
