'use strict';
// Reads an AsyncAPI document from stdin with a parser that we did not write; prints what it finds wrong, as JSON, and the operations it sees.
const { Parser } = require('@asyncapi/parser');
let text = '';
process.stdin.on('data', (chunk) => { text += chunk; });
process.stdin.on('end', async () => {
  const { document, diagnostics } = await new Parser().parse(text);
  const wrong = diagnostics.filter((d) => d.severity === 0).map((d) => `${d.path.join('.')}: ${d.message}`);
  process.stdout.write(JSON.stringify({ wrong, operations: document ? document.operations().all().map((o) => o.id()) : [] }));
});
