import { createHash } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { invalidField } from '../../../../libs/kernel/input-error.ts';
import type { Preconditions } from '../../../../libs/kernel/preconditions.ts';

/** One entity tag (RFC 9110, 8.8.3), as an item of a list: weak or not, and what stands in its quotes. */
const LISTED_TAG = /^\s*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|$)/;
/** More than a client can have read of one thing. */
const MAX_HEADER_LENGTH = 2_048;

const VERSION_CHARACTERS = 22;

/** A version that is made from the content. */
export const contentVersion = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, VERSION_CHARACTERS);

/** The header that names a version. */
export const entityTag = (version: string): string => `"${version}"`;

/**
 * What `If-Match` and `If-None-Match` ask of a change (RFC 9110, 13.1). A weak tag never matches, as it says nothing of every
 * byte.
 *
 * @throws VALIDATION_ERROR for what is neither `*` nor a list of entity tags, and for an If-None-Match that is not `*`: which
 *   versions may not be there makes no sense of a change.
 */
export function preconditionsOf(headers: Request['headers']): Preconditions {
  const ifNoneMatch = headers['if-none-match']?.trim();
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*')
    throw invalidField('If-None-Match', 'must be * here, which lets the request create something and change nothing');
  const ifMatch = headers['if-match']?.trim();
  return { isOneOf: ifMatch === undefined ? undefined : versionsOf(ifMatch), isNone: ifNoneMatch !== undefined };
}

function versionsOf(header: string): readonly string[] | 'any' {
  if (header === '*') return 'any';
  if (header.length > MAX_HEADER_LENGTH) throw malformed();
  if (header === '') throw malformed();
  const versions: string[] = [];
  for (const tag of listedTags(header)) {
    if (tag === null) throw malformed();
    if (!tag.isWeak) versions.push(tag.version);
  }
  return versions;
}

/** The entity tags of a header, one after the other; null, and no more, where the rest cannot be read. */
function* listedTags(header: string): Generator<{ readonly version: string; readonly isWeak: boolean } | null> {
  for (let rest = header; rest !== '';) {
    const [item, weak, version] = LISTED_TAG.exec(rest) ?? [];
    if (item === undefined) return yield null;
    yield { version: version as string, isWeak: weak !== undefined };
    rest = rest.slice(item.length);
  }
}

/**
 * Whether a client that asks with `If-None-Match` has this version already. A header that cannot be read says nothing: the
 * client gets the whole response.
 */
export function hasVersion(headers: Request['headers'], version: string): boolean {
  const header = headers['if-none-match']?.trim() ?? '';
  if (header === '*') return true;
  for (const tag of listedTags(header.slice(0, MAX_HEADER_LENGTH))) if (tag?.version === version) return true;
  return false;
}

const malformed = (): Error =>
  invalidField('If-Match', 'must be * or the ETag of a response as it is, with its quotes: "0f3c…"');

/** Injects what the request asks to hold before anything is changed. */
export const CurrentPreconditions = createParamDecorator((_data: unknown, context: ExecutionContext): Preconditions =>
  preconditionsOf(context.switchToHttp().getRequest<Request>().headers),
);
