import { connect, type AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import type { ReceivedResponse } from './answers.ts';

/**
 * Sends bytes as they are over a socket of its own, for what no HTTP client would send.
 *
 * @param expected how many responses to wait for; the server may close earlier.
 * @returns the complete responses.
 */
export function rawResponses(server: Server, sent: string | Buffer, expected = 1): Promise<ReceivedResponse[]> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let received = Buffer.alloc(0);
    const finish = (): void => {
      socket.destroy();
      resolve(responsesIn(received));
    };
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (responsesIn(received).length >= expected) finish();
    });
    // A server that has responded may reset while we still write: what came before counts.
    socket.on('error', () => {});
    socket.on('close', finish);
    socket.write(sent);
  });
}

/** Sends bytes and returns the one response to them. */
export async function rawResponse(server: Server, sent: string | Buffer): Promise<ReceivedResponse> {
  const [response] = await rawResponses(server, sent);
  if (response === undefined) throw new Error('the server closed the connection without a response');
  return response;
}

/** A request with CRLF line ends, a Host and an end of its headers. */
export function rawRequest(requestLine: string, headers: readonly string[] = [], body = ''): string {
  return [requestLine, 'Host: localhost', ...headers, '', body].join('\r\n');
}

function responsesIn(bytes: Buffer): ReceivedResponse[] {
  const responses: ReceivedResponse[] = [];
  let at = 0;
  for (;;) {
    const headEnd = bytes.indexOf('\r\n\r\n', at);
    if (headEnd === -1) return responses;
    const [statusLine = '', ...lines] = bytes.toString('latin1', at, headEnd).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const bodyStart = headEnd + 4;
    const bodyEnd = bodyStart + Number(headers['content-length'] ?? 0);
    if (bytes.length < bodyEnd) return responses;
    responses.push({
      status: Number(statusLine.split(' ')[1]),
      headers,
      text: bytes.toString('utf8', bodyStart, bodyEnd),
    });
    at = bodyEnd;
  }
}
