/*
 * Makes embed sessions for the agents of a help desk: POST {"customerExternalId" or "email": …, "at": …} → {"url": …}.
 *
 *   EVENTS_URL=https://events.example.com EVENTS_KEY=sk_live_agent_… PORT=8080 node session-backend.mjs
 *
 * It stands behind the proxy that signs your agents in, and believes the header in which that proxy names the agent.
 */
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';

const { EVENTS_URL, EVENTS_KEY, PORT = '8080' } = process.env;

async function session(request) {
  const agent = request.headers['x-forwarded-user'];
  if (agent === undefined) return [401, { code: 'NOT_SIGNED_IN' }];
  // Nothing else of what the browser says. Here is the place to ask whether this agent may see this customer.
  const { customerExternalId, email, at } = await json(request);
  const made = await fetch(`${EVENTS_URL}/api/v1/embed/sessions`, {
    method: 'POST',
    headers: { 'X-API-Key': EVENTS_KEY, 'Content-Type': 'application/json' },
    body: JSON.stringify({ customerExternalId, email, at, viewer: { id: agent } }),
    signal: AbortSignal.timeout(10_000),
  });
  const { data, code, message } = await made.json();
  return made.ok ? [200, { url: data.url }] : [502, { status: made.status, code, message }];
}

const server = createServer(async (request, response) => {
  const [status, answer] = await session(request).catch(() => [502, { code: 'SESSION_FAILED' }]);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify(answer));
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
