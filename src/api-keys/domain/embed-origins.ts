export const MAX_EMBED_ORIGINS = 50;
/**
 * Characters of all of them, with a space between two: they stand in one header of the page, and proxies take 4 to 16 KiB of all
 * headers of a response, as Node.js does.
 */
const MAX_EMBED_ORIGINS_LENGTH = 3_000;

/** An origin as a browser names it, or what is wrong with a text that should be one. */
export type ParsedOrigin = { readonly origin: string } | { readonly problem: string };

const MAX_HOST_LENGTH = 253;
const MAX_SHOWN_LENGTH = 100;
const STAR = '*.';

/** What a Content-Security-Policy can name: no underscores, no empty labels. */
const HOST = /^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*$/;
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]'];

const PARTS = /^(https?):\/\/(\*\.)?([^*/][^*]*)$/i;

/** What is not part of an origin, or what a URL drops or decodes in silence: white space, control characters, escapes. */
const STRANGE = /[\s\p{Cc}\\%@?#]/u;

/**
 * Reads the origin of a site that may show the pages of an app: `https://acme.zendesk.com`, or one star for all sites
 * below a domain, `https://*.acme.com`. Plain http is for localhost. It comes back as browsers write it: in lower case,
 * in punycode, without the usual port.
 */
export function parseEmbedOrigin(text: string): ParsedOrigin {
  const problem = (what: string): ParsedOrigin => ({ problem: `"${shown(text)}" ${what}` });
  if (text === '') return { problem: 'An origin is empty; remove the comma beside it' };
  if (text === '*') return problem('would be every site; name each one, such as https://acme.zendesk.com');
  if (!text.includes('://')) return problem(`has no scheme; did you mean https://${shown(text)}?`);
  if (STRANGE.test(text)) return problem('may have a scheme, a host and a port only, such as https://acme.com:8443');
  const [, scheme = '', star = '', authority = ''] = PARTS.exec(text) ?? [];
  if (authority === '')
    return problem(`is no origin: expected https://, a host, and at most one star, as the first label`);
  if (authority.includes('/'))
    return problem(`has a path; did you mean ${scheme}://${star}${shown(hostOf(authority))}?`);
  return originOf(scheme.toLowerCase(), star, authority, problem);
}

function originOf(
  scheme: string,
  star: string,
  authority: string,
  problem: (what: string) => ParsedOrigin,
): ParsedOrigin {
  const url = urlOf(`${scheme}://${authority}`);
  const host = url?.hostname ?? '';
  const isLocal = LOCAL_HOSTS.includes(host);
  if (url === null || url.port === '0' || !(isLocal || isHost(host))) {
    return problem(
      'has no host and port as browsers have them: a-z, 0-9, "-" and ".", then at most a port up to 65535',
    );
  }
  if (star !== '' && (isLocal || IPV4.test(host) || !host.includes('.'))) {
    return problem('is too wide; a star needs a domain of two labels or more after it, such as https://*.acme.com');
  }
  if (scheme === 'http' && !isLocal) return problem(`must be https; http is for ${LOCAL_HOSTS.join(', ')} only`);
  return { origin: `${scheme}://${star}${url.host}` };
}

/** Whether a text is an origin as {@link parseEmbedOrigin} gives it, so that it may stand in a header. */
export function isEmbedOrigin(text: string): boolean {
  const parsed = parseEmbedOrigin(text);
  return 'origin' in parsed && parsed.origin === text;
}

/**
 * Reads a list of origins: what is there twice, however it is written, is there once.
 *
 * @returns the origins in their order, or all that is wrong with the list.
 */
export function parseEmbedOrigins(
  texts: readonly string[],
): { readonly origins: readonly string[] } | { readonly problems: readonly string[] } {
  const parsed = texts.map((text) => parseEmbedOrigin(text.trim()));
  const problems = parsed.flatMap((result) => ('problem' in result ? [result.problem] : []));
  if (problems.length > 0) return { problems };
  const origins = [...new Set(parsed.flatMap((result) => ('origin' in result ? [result.origin] : [])))];
  const { length } = origins.join(' ');
  const star = 'a star, as in https://*.acme.com, stands for all sites below a domain';
  if (origins.length > MAX_EMBED_ORIGINS)
    return { problems: [`${origins.length} origins are too many: an app may have ${MAX_EMBED_ORIGINS}; ${star}`] };
  if (length > MAX_EMBED_ORIGINS_LENGTH)
    return {
      problems: [
        `the origins are too long together: they have ${length} characters, and may have ${MAX_EMBED_ORIGINS_LENGTH}, since they are sent in one header; ${star}`,
      ],
    };
  return { origins };
}

/**
 * Whether a site is among the origins. A star stands for one label or more, and not for the domain itself.
 *
 * @param origins as {@link parseEmbedOrigins} gives them.
 * @param origin as a browser names it: the header `Origin`, or the `origin` of a message. `null` matches nothing.
 */
export const originMatches = (origins: readonly string[], origin: string): boolean =>
  origins.some((allowed) => (allowed.includes(STAR) ? isBelow(allowed, origin) : allowed === origin));

function isBelow(allowed: string, origin: string): boolean {
  const [scheme = '', domain = ''] = allowed.split(STAR);
  const end = `.${domain}`;
  if (!origin.startsWith(scheme) || !origin.endsWith(end)) return false;
  // Nothing but labels: neither `https://evil.example/.acme.com` nor `https://evil@.acme.com`.
  return HOST.test(origin.slice(scheme.length, -end.length));
}

const isHost = (host: string): boolean => host.length <= MAX_HOST_LENGTH && HOST.test(host);

const hostOf = (authority: string): string => authority.slice(0, authority.indexOf('/'));

const shown = (text: string): string => (text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text);

const urlOf = (text: string): URL | null => (URL.canParse(text) ? new URL(text) : null);
