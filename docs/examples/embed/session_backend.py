"""Makes embed sessions for the agents of a help desk: POST {"customerExternalId" or "email": …, "at": …} → {"url": …}.

  EVENTS_URL=https://events.example.com EVENTS_KEY=sk_live_agent_… PORT=8080 python3 session_backend.py

It stands behind the proxy that signs your agents in, and believes the header in which that proxy names the agent.
"""
import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.request import Request, urlopen

URL = os.environ["EVENTS_URL"] + "/api/v1/embed/sessions"
HEADERS = {"X-API-Key": os.environ["EVENTS_KEY"], "Content-Type": "application/json"}


def session(agent, asked):
    if agent is None:
        return 401, {"code": "NOT_SIGNED_IN"}
    # Nothing else of what the browser says. Here is the place to ask whether this agent may see this customer.
    body = {name: asked.get(name) for name in ("customerExternalId", "email", "at")} | {"viewer": {"id": agent}}
    try:
        with urlopen(Request(URL, json.dumps(body).encode(), HEADERS), timeout=10) as made:
            return 200, {"url": json.load(made)["data"]["url"]}
    except HTTPError as refusal:
        told = json.load(refusal)
        return 502, {"status": refusal.code, "code": told["code"], "message": told["message"]}


class SessionHandler(BaseHTTPRequestHandler):
    def do_POST(self):
        try:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status, answer = session(self.headers["X-Forwarded-User"], asked)
        except Exception:
            status, answer = 502, {"code": "SESSION_FAILED"}
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())


server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8080"))), SessionHandler)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
