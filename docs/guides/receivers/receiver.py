"""WEBHOOK_SECRETS=whsec_... python3 receiver.py (Python 3.9 or later, nothing to install)"""

import base64
import hashlib
import hmac
import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# While a secret is being rotated there are two, separated by a comma.
KEYS = [base64.b64decode(secret[len("whsec_"):]) for secret in os.environ["WEBHOOK_SECRETS"].split(",")]
TOLERANCE_SECONDS = 300
seen = set()  # in production: a table with webhook-id as its key


def is_signed(body, headers):
    event_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    signed = f"{event_id}.{timestamp}.".encode() + body
    wanted = [base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode() for key in KEYS]
    given = [part[len("v1,"):] for part in headers.get("webhook-signature", "").split() if part.startswith("v1,")]
    return any(hmac.compare_digest(one, other) for one in wanted for other in given)


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        # The bytes as they came: parsing and writing them again breaks the signature.
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        signed = is_signed(body, self.headers)
        if signed and self.headers["webhook-id"] not in seen:
            seen.add(self.headers["webhook-id"])
            # In production: put it into a queue, and answer at once.
            print(json.dumps(json.loads(body)), flush=True)
        self.send_response(204 if signed else 401)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8787"))), Receiver)
print(f"listening on {server.server_port}", flush=True)
server.serve_forever()
