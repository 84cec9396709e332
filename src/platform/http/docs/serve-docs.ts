import type { INestApplication } from '@nestjs/common';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { Express } from 'express';
import { dump } from 'js-yaml';
import { JSON_TYPE, sendBytes } from '../response/send.ts';

/**
 * Serves the OpenAPI document and its pages. It is made once, when someone first asks for it, and so is each of
 * its texts: Nest would make them for each request, in 3 to 11 ms.
 */
export function serveDocs(app: INestApplication, makeDocument: () => OpenAPIObject): void {
  const document = once(makeDocument);
  SwaggerModule.setup('docs', app, document, {
    customSiteTitle: 'Customer Events API',
    swaggerOptions: { persistAuthorization: true },
    raw: false,
  });
  serveText(app, '/docs-json', JSON_TYPE, () => JSON.stringify(document()));
  serveText(app, '/docs-yaml', 'text/yaml; charset=utf-8', () => dump(document(), { skipInvalid: true, noRefs: true }));
}

function serveText(app: INestApplication, path: string, contentType: string, make: () => string): void {
  const bytes = once(() => Buffer.from(make()));
  const express = app.getHttpAdapter().getInstance() as Express;
  express.get(path, (_request, response) => sendBytes(response, 200, bytes(), contentType));
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
