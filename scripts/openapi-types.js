import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import { ROOT } from './dist.js';

/*
 * Writes the types of the API for the client, from docs/openapi.json: `npm run openapi` calls it. With `--check` it writes
 * nothing, and exits with 1 where they are not those of the document.
 */
const DOCUMENT = join(ROOT, 'docs/openapi.json');
const TYPES = join(ROOT, 'client/src/service-api.ts');

const HEAD = `/* Made from docs/openapi.json by \`npm run openapi\`; do not edit. */

`;

const ast = await openapiTS(JSON.parse(readFileSync(DOCUMENT, 'utf8')), {
  // What has a default may be left out of a request.
  defaultNonNullable: false,
});
const types = HEAD + astToString(ast);

if (!process.argv.includes('--check')) {
  writeFileSync(TYPES, types);
} else if (readFileSync(TYPES, 'utf8') !== types) {
  console.error('client/src/service-api.ts is not made from docs/openapi.json; run: npm run openapi');
  process.exitCode = 1;
}
