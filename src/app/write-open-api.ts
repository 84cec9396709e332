import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { loadConfig } from '../config.ts';
import { createApp } from './create-app.ts';
import { apiDocument } from './api-document.ts';

/** `npm run openapi`: writes docs/openapi.json anew. It needs no database. */
const app = await createApp(loadConfig({ LOG_LEVEL: 'error' }), 'postgres://nowhere/');
writeFileSync('docs/openapi.json', `${JSON.stringify(apiDocument(app), null, 2)}\n`);
await app.close();
