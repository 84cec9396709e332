import { isFault, parseTemplate, type Template } from './template.ts';
import type { TemplateFault } from './value-path.ts';
import { UNSHOWABLE } from './plain-text.ts';
import { valueText, wholeValue, type ShownEvent } from './value-text.ts';

/** What browsers and servers take without doubt. */
const MAX_URL_LENGTH = 4_096;

/** The scheme and the authority, up to what ends it (RFC 3986 §3.2). */
const BEGINNING = /^https?:\/\/([^/?#]*)(?=[/?#]|$)/;
/** Not in a literal part: browsers drop or convert them, so that another host might come of it, or show another URL. */
const NOT_IN_URLS = new RegExp(`[ \\\\]|${UNSHOWABLE.source}`);
/** A part of a path that would lead out of it, written in any way (WHATWG URL, "double-dot URL path segment"). */
const DOT_SEGMENT = /(?:^|\/)(?:\.|%2e){1,2}(?=[/?#]|$)/i;

/**
 * Reads the template of a link. Scheme (http or https) and host are literal, so that no payload decides where a link
 * leads; values are percent-encoded.
 */
export function parseUrlTemplate(text: string): Template | TemplateFault {
  const template = parseTemplate(text);
  if (isFault(template)) return template;
  const [first] = template.parts;
  const literal = typeof first === 'string' ? first : '';
  const beginning = BEGINNING.exec(literal);
  const isWhole = template.parts.length === 1 || (beginning !== null && literal.length > beginning[0].length);
  if (beginning === null || !isWhole || !isHost(beginning[1] as string)) {
    return {
      at: 1,
      problem: 'must begin with http:// or https:// and a literal host, such as https://shop.example/orders/',
    };
  }
  const wrong = template.parts.find((part) => typeof part === 'string' && NOT_IN_URLS.test(part));
  if (wrong !== undefined)
    return { at: text.search(NOT_IN_URLS) + 1, problem: 'may not stand in a URL; percent-encode it' };
  if (leadsOutOfPath(template.parts.map((part) => (typeof part === 'string' ? part : 'x')).join(''))) {
    return { at: 1, problem: 'must have no /./ and no /../ in its path; write the path that they lead to' };
  }
  return template;
}

/**
 * The link of an event; null where a value is missing or null and has no fallback, and where a value would lead
 * elsewhere than the template says.
 */
export function renderUrl({ parts }: Template, event: ShownEvent): string | null {
  let url = '';
  for (const part of parts) {
    const text = typeof part === 'string' ? part : encodedValue(valueText(part, event, wholeValue));
    if (text === null) return null;
    url += text;
    if (url.length > MAX_URL_LENGTH) return null;
  }
  return leadsOutOfPath(url) ? null : url;
}

function leadsOutOfPath(url: string): boolean {
  const [beginning = ''] = BEGINNING.exec(url) ?? [];
  const path = url.slice(beginning.length);
  const end = path.search(/[?#]/);
  return DOT_SEGMENT.test(end < 0 ? path : path.slice(0, end));
}

/** All but the unreserved characters of RFC 3986 §2.3. Null for what UTF-8 cannot write: half a surrogate pair. */
function encodedValue(value: string | null): string | null {
  if (value === null || value.length > MAX_URL_LENGTH || /\p{Surrogate}/u.test(value)) return null;
  return encodeURIComponent(value).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** A name or an address, with a port at most: no user, nothing that `URL` reads as another host. */
function isHost(authority: string): boolean {
  if (authority.includes('@') || authority === '') return false;
  try {
    const { host } = new URL(`https://${authority}/`);
    return host !== '' && host.replace(/:\d+$/, '') === authority.toLowerCase().replace(/:\d*$/, '');
  } catch {
    return false;
  }
}
