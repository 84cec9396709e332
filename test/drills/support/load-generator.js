import { connect } from 'node:net';

/**
 * A process of its own that sends events as fast as it is told: `rate` per second over so many
 * connections, each of which waits for its response (0: without a pause), and until one has come. Prints what came back.
 */
const [port, key, connections, rate, seconds] = process.argv
  .slice(2)
  .map((text) => (/^\d+$/.test(text) ? Number(text) : text));
const body = JSON.stringify({ customerExternalId: 'user_42', type: 'load', payload: { orderId: '1042', total: 99.9 } });
const head = [
  'POST /api/v1/customer-events HTTP/1.1',
  'Host: drill',
  `X-API-Key: ${key}`,
  'Content-Type: application/json',
  `Content-Length: ${body.length}`,
];
const message = Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);

const FIRST_RESPONSE_WITHIN_MS = 30_000;
const found = { created: 0, refused: 0, other: 0, broken: 0, createdMs: [], refusedMs: [] };
const idle = [];
let running = true;

for (let count = 0; count < connections; count++) open();
await new Promise((resolve) => setTimeout(resolve, 500));
const startedAt = performance.now();
let sent = 0;
const pump = setInterval(() => {
  const due = rate === 0 ? Infinity : ((performance.now() - startedAt) / 1000) * rate;
  while (idle.length > 0 && sent < due) {
    sent++;
    send(idle.pop());
  }
  // What could not be sent in time is not made up for: that would be another load.
  if (rate > 0 && sent < due - rate / 10) sent = Math.floor(due);
}, 1);
await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
// Where the machine is busy with other work, the first response may take longer than that.
while (responses() === 0 && performance.now() - startedAt < FIRST_RESPONSE_WITHIN_MS)
  await new Promise((resolve) => setTimeout(resolve, 50));
clearInterval(pump);
running = false;
const elapsed = (performance.now() - startedAt) / 1000;
const { createdMs, refusedMs, ...counts } = found;
const p50 = (times) => Math.round((times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0) * 10) / 10;
const p99 = (times) => Math.round(times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0);
process.stdout.write(
  `${JSON.stringify({ ...counts, perSecond: Math.round(counts.created / elapsed), offered: Math.round((counts.created + counts.refused) / elapsed), createdP50: p50(createdMs), createdP99: p99(createdMs), refusedP99: p99(refusedMs) })}\n`,
);
process.exit(0);

function responses() {
  return found.created + found.refused + found.other;
}

function open() {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  socket.on('connect', () => idle.push(socket));
  socket.on('error', () => {});
  socket.on('close', () => {
    if (running) found.broken++;
  });
  socket.on('data', (chunk) => answered(socket, chunk.toString('latin1', 9, 12)));
}

function send(socket) {
  socket.sentAt = performance.now();
  socket.write(message);
}

function answered(socket, status) {
  if (!running) return;
  const ms = performance.now() - socket.sentAt;
  if (status === '201') {
    found.created++;
    found.createdMs.push(ms);
  } else if (status === '503' || status === '429') {
    found.refused++;
    found.refusedMs.push(ms);
  } else {
    found.other++;
  }
  if (rate === 0) send(socket);
  else idle.push(socket);
}
