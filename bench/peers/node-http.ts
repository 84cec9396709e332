import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The least that Node can do: reads the body, parses it, and gives it back. No database. */
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const event: unknown = JSON.parse(Buffer.concat(chunks).toString());
    const body = JSON.stringify({ success: true, data: event });
    response.writeHead(201, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
