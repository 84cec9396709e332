import express from 'express';
import type { AddressInfo } from 'node:net';
import { ParseServer } from 'parse-server';

/** Parse Server as it comes, with its log off; an event is an object of a class. */
const url = new URL(process.env.DATABASE_URL ?? '');
const socketFolder = url.searchParams.get('host');
url.search = '';

const app = express();
const server = app.listen(0, '127.0.0.1');
server.once('listening', () => void serve((server.address() as AddressInfo).port));

async function serve(port: number): Promise<void> {
  const parse = new ParseServer({
    databaseURI: url.toString(),
    // Its reader of connection strings knows no sockets. It warns of this option, and uses it.
    databaseOptions: socketFolder === null ? {} : { host: socketFolder },
    appId: 'bench',
    masterKey: 'bench-master-key',
    serverURL: `http://127.0.0.1:${port}/parse`,
    allowClientClassCreation: true,
    silent: true,
    logsFolder: null,
  });
  await parse.start();
  app.use('/parse', parse.app);
  console.log(`http://127.0.0.1:${port}`);
}
