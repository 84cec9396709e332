"""Records that an order was placed: python3 record-event.py [ORDER_ID]"""
import json, os, random, sys, time
import requests

GIVE_UP_AFTER_S = 60
TIMEOUT_S = 10
URL = os.environ.get("CUSTOMER_EVENTS_URL", "http://localhost:3000") + "/api/v1/customer-events"
HEADERS = {"X-API-Key": os.environ.get("CUSTOMER_EVENTS_KEY", ""), "Content-Type": "application/json"}
NETWORK_FAULTS = (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)


class NotRecorded(Exception):
    """What the service said, or why there was no response."""


def post(body):
    """Status 0: no response, or a part of one. The event may be committed nevertheless."""
    try:
        response = requests.post(URL, headers=HEADERS, data=body, timeout=TIMEOUT_S, allow_redirects=False)
        retry_after = response.headers.get("Retry-After", "")
        return response.status_code, int(retry_after) if retry_after.isdecimal() else 0, response.text
    except NETWORK_FAULTS as error:
        return 0, 0, str(error)


def record_event(event):
    """Returns when the event is committed; raises NotRecorded otherwise."""
    body = json.dumps(event)
    give_up_at = time.monotonic() + GIVE_UP_AFTER_S
    attempt = 0
    while True:
        status, retry_after, text = post(body)
        if status in (200, 201) and text.startswith('{"success":true'):
            return status

        response = f"{status} {text[:2000]}"
        if status not in (0, 408, 429) and status < 500:
            raise NotRecorded(f"refused: {response}")

        wait = retry_after + 0.1 + random.random() * min(30, 0.2 * 2**attempt)
        if time.monotonic() + wait >= give_up_at:
            raise NotRecorded(f"not confirmed, send it again later: {response}")
        time.sleep(wait)
        attempt += 1


order_id = sys.argv[1] if len(sys.argv) > 1 else "1044"
event = {
    "customerExternalId": "user_42",
    "type": "order.placed",
    "payload": {"orderId": order_id, "total": 99.9},
    "occurredAt": "2026-04-18T12:00:00Z",
    "eventId": f"order-{order_id}-placed",
}
try:
    status = record_event(event)
    print(f"{event['eventId']}: {'stored' if status == 201 else 'was stored before'}")
except NotRecorded as error:
    sys.exit(f"{event['eventId']}: {error}")
