import type { INestApplication } from '@nestjs/common';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { Express, NextFunction, Request, Response } from 'express';
import { dump } from 'js-yaml';
import { routeNotFound } from '../errors/http-error.ts';
import { JSON_TYPE, sendBytes } from '../response/send.ts';

/** What the page loads. The package of Swagger UI has more, 7 MB of source maps among them. */
const FILES_OF_PAGE = new Set([
  '/',
  '/swagger-ui.css',
  '/swagger-ui-bundle.js',
  '/swagger-ui-standalone-preset.js',
  '/swagger-ui-init.js',
  '/favicon-16x16.png',
  '/favicon-32x32.png',
]);

/**
 * Serves the OpenAPI document and its pages. It is made once, when someone first asks for it, and so is each of
 * its texts: Nest would make them for each request, in 3 to 11 ms.
 */
export function serveDocs(app: INestApplication, makeDocument: () => OpenAPIObject): void {
  const document = once(makeDocument);
  (app.getHttpAdapter().getInstance() as Express).use('/docs', requireFileOfPage);
  SwaggerModule.setup('docs', app, document, {
    customSiteTitle: 'Customer Events API',
    // A key that was entered is forgotten with the page: in the browser's storage whoever uses it next would find it.
    swaggerOptions: { persistAuthorization: false },
    raw: false,
  });
  serveText(app, '/docs-json', JSON_TYPE, () => JSON.stringify(document()));
  serveText(app, '/docs-yaml', 'text/yaml; charset=utf-8', () => dump(document(), { skipInvalid: true, noRefs: true }));
}

function requireFileOfPage({ path }: Request, _response: Response, next: NextFunction): void {
  next(FILES_OF_PAGE.has(path) ? undefined : routeNotFound());
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
