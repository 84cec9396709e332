import { connect, type AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import type { Answer } from './answers.ts';

/**
 * Sends bytes as they are over a socket of its own, for what no HTTP client would send.
 *
 * @param expected how many answers to wait for; the server may close earlier.
 * @returns the complete answers.
 */
export function inFlight(server: Server, sent: string | Buffer, expected = 1): Promise<Answer[]> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let received = Buffer.alloc(0);
    const finish = (): void => {
      socket.destroy();
      resolve(answersIn(received));
    };
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (answersIn(received).length >= expected) finish();
    });
    // A server that has answered may reset while we still write: what came before counts.
    socket.on('error', () => {});
    socket.on('close', finish);
    socket.write(sent);
  });
}

/** Sends bytes and returns the one response to them. */
export async function exchangeOne(server: Server, sent: string | Buffer): Promise<Answer> {
  const [response] = await inFlight(server, sent);
  if (response === undefined) throw new Error('the server closed the connection without a response');
  return response;
}

/** A request with CRLF line ends, a Host and an end of its headers. */
export function rawRequest(requestLine: string, headers: readonly string[] = [], body = ''): string {
  return [requestLine, 'Host: localhost', ...headers, '', body].join('\r\n');
}

function answersIn(bytes: Buffer): Answer[] {
  const answers: Answer[] = [];
  let at = 0;
  for (;;) {
    const headEnd = bytes.indexOf('\r\n\r\n', at);
    if (headEnd === -1) return answers;
    const [statusLine = '', ...lines] = bytes.toString('latin1', at, headEnd).split('\r\n');
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const bodyStart = headEnd + 4;
    const bodyEnd = bodyStart + Number(headers['content-length'] ?? 0);
    if (bytes.length < bodyEnd) return answers;
    answers.push({
      status: Number(statusLine.split(' ')[1]),
      headers,
      text: bytes.toString('utf8', bodyStart, bodyEnd),
    });
    at = bodyEnd;
  }
}
