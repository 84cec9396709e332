/*
 * A help desk to try the frame in: desk.html and timeline-frame.js, and `POST /embed-session`, which goes to the session
 * backend with the name of the agent, as the proxy of a real desk sends it. Here everybody is signed in as agent_7.
 *
 *   BACKEND_URL=http://127.0.0.1:8080 PORT=4000 node desk.mjs
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

const { BACKEND_URL, PORT = '4000' } = process.env;
const FILES = { '/': ['desk.html', 'text/html'], '/timeline-frame.js': ['timeline-frame.js', 'text/javascript'] };

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname === '/embed-session') {
    const headers = { 'Content-Type': 'application/json', 'X-Forwarded-User': 'agent_7' };
    const answer = await fetch(BACKEND_URL, { method: 'POST', headers, body: await text(request) });
    response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(await answer.text());
  } else if (Object.hasOwn(FILES, pathname)) {
    const [file, type] = FILES[pathname];
    response.setHeader('Content-Type', type).end(await readFile(new URL(file, import.meta.url)));
  } else response.writeHead(404).end();
});
server.listen(Number(PORT), 'localhost', () => console.log(`http://localhost:${server.address().port}`));
