// npm install standardwebhooks; WEBHOOK_SECRETS=whsec_… node receiver.mjs
import { createServer } from 'node:http';
import { Webhook } from 'standardwebhooks';

// While a secret is being rotated there are two, separated by a comma.
const webhooks = process.env.WEBHOOK_SECRETS.split(',').map((secret) => new Webhook(secret));
const seen = new Set(); // in production: a table with webhook-id as its key

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks); // the bytes as they came: parsing and writing them again breaks the signature
    const event = verified(body, request.headers);
    if (!event) return response.writeHead(401).end();
    if (!seen.has(event.id)) {
      seen.add(event.id);
      console.log(JSON.stringify(event)); // in production: put it into a queue, and answer at once
    }
    response.writeHead(204).end();
  });
}).listen(Number(process.env.PORT ?? 8787), function () {
  console.log(`listening on ${this.address().port}`);
});

function verified(body, headers) {
  for (const webhook of webhooks) {
    try {
      return webhook.verify(body, headers);
    } catch {
      // signed with the other secret, or by nobody we know
    }
  }
  return undefined;
}
