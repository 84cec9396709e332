import { createReadStream } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { API } from './context.ts';
import type { ServerProcess } from './server-process.ts';
import type { ServiceDatabase } from './service.ts';

export const IMPORT_PATH = `${API}/customer-events/import`;

/** Sends a file of NDJSON to the import, as a stream. */
export async function sendHistory(
  server: ServerProcess,
  { key }: ServiceDatabase,
  file: string,
): Promise<{ status: number; body: string }> {
  const outgoing = request(new URL(IMPORT_PATH, server.origin), {
    method: 'POST',
    headers: { 'X-API-Key': key, 'Content-Type': 'application/x-ndjson' },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) =>
    outgoing.once('response', resolve).once('error', reject),
  );
  // A refusal may come before the end of the file; the response is what counts.
  const sent = pipeline(createReadStream(file, { highWaterMark: 65_536 }), outgoing).catch(() => {});
  const response = await answered;
  const body = await text(response);
  outgoing.destroy();
  await sent;
  return { status: response.statusCode ?? 0, body };
}
