import { applyDecorators } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { Request } from 'express';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import { Responds, RespondsNotModified } from '../../platform/http/docs/api-docs.ts';
import { contentVersion, entityTag, hasVersion } from '../../platform/http/request/preconditions.ts';
import { encodeJson } from '../../platform/http/response/encode-json.ts';
import { SuccessResponse } from '../../platform/http/response/success-response.ts';
import type { TimelineEntriesPage } from '../application/entries.ts';
import { EntriesPageResponse, entriesPageResponse } from './entries.response.ts';

const ETAG = {
  ETag: { description: 'Of the newest page, for If-None-Match.', schema: { type: 'string', example: '"0f3c5a"' } },
};

/** Documents a page of entries, and that a client that has the newest one already gets no other. */
export const RespondsEntries = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'If-None-Match',
      required: false,
      description: 'The ETag of the newest page as the client has it: 304 where it is still that.',
      schema: { type: 'string' },
    }),
    Responds(200, EntriesPageResponse, 'A page of entries.', ETAG),
    RespondsNotModified(ETAG),
  );

/**
 * A page, with a version of its content if it is the newest one: who has that version gets 304. The page is read in any
 * case, since no single key tells of antedated events, erasures, changed rules and the customer's name.
 */
export function entriesReply(
  page: TimelineEntriesPage,
  isNewest: boolean,
  headers: Request['headers'],
): SuccessResponse {
  const data = entriesPageResponse(page);
  if (!isNewest) return new SuccessResponse(200, data);
  // Encoded once: what is sent is what the version is made of.
  const json = new JsonText(encodeJson(data));
  const version = contentVersion(json.text);
  return new SuccessResponse(hasVersion(headers, version) ? 304 : 200, json, { ETag: entityTag(version) });
}
