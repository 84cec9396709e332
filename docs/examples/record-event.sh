#!/usr/bin/env bash
# Records that an order was placed: bash record-event.sh [ORDER_ID]
set -euo pipefail

GIVE_UP_AFTER_S=60
url=${CUSTOMER_EVENTS_URL:-http://localhost:3000}/api/v1/customer-events
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Sets status and text. Status 000: no response, or a part of one. The event may be committed nevertheless.
# The key goes through stdin, as the arguments of a process are no secret.
post() {
  : > "$scratch/headers"
  : > "$scratch/body"
  status=$(printf 'X-API-Key: %s\n' "${CUSTOMER_EVENTS_KEY-}" |
    curl --silent --show-error --max-time 10 --header @- --header 'Content-Type: application/json' --data-raw "$1" \
      --dump-header "$scratch/headers" --output "$scratch/body" --write-out '%{http_code}' \
      "$url" 2> "$scratch/fault") || { status=000 && cp "$scratch/fault" "$scratch/body"; }
  text=$(head -c 2000 "$scratch/body")
}

# Returns when the event is committed; otherwise says what the service said, or why there was no response.
record_event() {
  local attempt retry_after wait_ms
  for ((attempt = 0; ; attempt++)); do
    post "$1"
    case $status in
      200 | 201) if [[ $text == '{"success":true'* ]]; then return; fi ;;
    esac
    case $status in
      000 | 408 | 429 | 5??) ;;
      *) echo "$event_id: refused: $status $text" >&2 && return 1 ;;
    esac
    retry_after=$(sed -En 's/^[Rr]etry-[Aa]fter: *([0-9]{1,9}).*/\1/p' "$scratch/headers")
    wait_ms=$((1000 * 10#${retry_after:-0} + 100 + RANDOM % (attempt < 8 ? 200 << attempt : 30000)))
    if ((SECONDS + wait_ms / 1000 >= GIVE_UP_AFTER_S)); then
      echo "$event_id: not confirmed, send it again later: $status $text" >&2 && return 1
    fi
    sleep "$((wait_ms / 1000)).$(printf %03d $((wait_ms % 1000)))"
  done
}

order_id=${1:-1044}
# With other characters in it, this would not be JSON.
if [[ ! $order_id =~ ^[A-Za-z0-9_.:-]+$ ]]; then echo "not an order: $order_id" >&2 && exit 1; fi
event_id=order-$order_id-placed
record_event '{
  "customerExternalId": "user_42",
  "type": "order.placed",
  "payload": { "orderId": "'"$order_id"'", "total": 99.9 },
  "occurredAt": "2026-04-18T12:00:00Z",
  "eventId": "'"$event_id"'"
}'
if [[ $status == 201 ]]; then echo "$event_id: stored"; else echo "$event_id: was stored before"; fi
