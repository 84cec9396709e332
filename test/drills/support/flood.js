import { connect } from 'node:net';

/**
 * A process of its own that sends the same GET over many connections, each as soon as it has a response.
 * `{key}` in the header, and `{publicKey}` in the path, stand for a new random key each time. Prints how many responses came a second, when it is ended.
 */
const [port, connections, path, header = ''] = process.argv.slice(2);
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const randomKey = (prefix) =>
  `${prefix}_${Array.from({ length: 48 }, () => ALPHABET[Math.floor(Math.random() * ALPHABET.length)]).join('')}`;
const line = () => (header === '' ? '' : `${header.replace('{key}', randomKey('sk_live_agent'))}\r\n`);
const message = () =>
  `GET ${path.replace('{publicKey}', randomKey('pk_live'))} HTTP/1.1\r\nHost: drill\r\n${line()}\r\n`;

let responses = 0;
const startedAt = performance.now();
for (let count = 0; count < Number(connections); count++) {
  const socket = connect(Number(port), '127.0.0.1', () => socket.write(message()));
  let left = 0;
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    if (left === 0) {
      const head = chunk.toString('latin1');
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      left = head.indexOf('\r\n\r\n') + 4 + length;
    }
    left -= chunk.length;
    if (left > 0) return;
    left = 0;
    responses++;
    socket.write(message());
  });
}
process.stdout.write('flooding\n');
process.on('SIGTERM', () => {
  process.stdout.write(`${Math.round((responses / (performance.now() - startedAt)) * 1_000)}/s\n`, () =>
    process.exit(0),
  );
});
