'use strict';
// A receiver of webhooks that verifies with npm's standardwebhooks. Its first line is {"port":N}; then a JSON line for each post:
// {"id":…,"valid":true,"status":…,"body":{…}}. JSON lines on its standard input change how it behaves; it ends when that ends.
//
// secrets: ["whsec_…"]   a post is valid if one of them verifies it
// failShare: 0 to 1      answers 500 by chance (seeded)
// delayMs: N             before each answer
// gone: "/path"          answers 410 there
const http = require('http');
const { Webhook } = require('standardwebhooks');
const o = Object.assign({ secrets: [], failShare: 0, delayMs: 0, seed: 1 }, JSON.parse(process.argv[2] || '{}'));
let random = o.seed >>> 0;

function chance(share) {
  random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
  return random / 4294967296 < share;
}

function tell(what) {
  process.stdout.write(JSON.stringify(what) + '\n');
}

function verified(body, headers) {
  for (const secret of o.secrets) {
    try {
      new Webhook(secret).verify(body, headers);
      return true;
    } catch (error) {
      // another secret may
    }
  }
  return false;
}

const server = http.createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('error', () => {});
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString('utf8');
    const valid = verified(body, request.headers);
    const status = o.gone && request.url === o.gone ? 410 : !valid ? 401 : chance(o.failShare) ? 500 : 204;
    tell({ id: request.headers['webhook-id'], valid, status, signatures: String(request.headers['webhook-signature']).split(' ').length, body: JSON.parse(body) });
    setTimeout(() => {
      response.statusCode = status;
      response.end();
    }, o.delayMs);
  });
});
server.listen(0, '127.0.0.1', () => tell({ port: server.address().port }));

require('readline').createInterface({ input: process.stdin }).on('line', (line) => {
  Object.assign(o, JSON.parse(line));
  tell({ changed: true });
}).on('close', () => process.exit(0));
