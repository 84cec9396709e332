import { describe, expect, it } from '@jest/globals';
import { randomSource } from '../../../test/support/random-puts.ts';
import {
  isEmbedOrigin,
  MAX_EMBED_ORIGINS,
  originMatches,
  parseEmbedOrigin,
  parseEmbedOrigins,
} from './embed-origins.ts';

const LABEL_OF_64 = 'a'.repeat(64);
const HOST_OF_254 = `${'a'.repeat(63)}.${'a'.repeat(63)}.${'a'.repeat(63)}.${'a'.repeat(59)}.io`;

describe('parseEmbedOrigin', () => {
  it.each([
    ['https://acme.zendesk.com', 'https://acme.zendesk.com'],
    ['https://*.acme.com', 'https://*.acme.com'],
    ['https://*.help.acme.co.uk:8443', 'https://*.help.acme.co.uk:8443'],
    ['HTTPS://ACME.Example', 'https://acme.example'],
    ['https://acme.com:443', 'https://acme.com'],
    ['https://*.acme.com:443', 'https://*.acme.com'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['https://*.BÜCHER.example', 'https://*.xn--bcher-kva.example'],
    ['https://xn--bcher-kva.example', 'https://xn--bcher-kva.example'],
    ['https://192.0.2.7:8443', 'https://192.0.2.7:8443'],
    ['https://intranet', 'https://intranet'],
    ['http://localhost', 'http://localhost'],
    ['http://localhost:3001', 'http://localhost:3001'],
    ['http://127.0.0.1:80', 'http://127.0.0.1'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
    ['https://localhost:8443', 'https://localhost:8443'],
  ])('reads %s as %s, which it leaves as it is', (text, origin) => {
    expect(parseEmbedOrigin(text)).toEqual({ origin });
    expect(parseEmbedOrigin(origin)).toEqual({ origin });
    expect(isEmbedOrigin(origin)).toBe(true);
  });

  it.each<[string, RegExp]>([
    ['', /^An origin is empty; remove the comma/],
    ['*', /would be every site; name each one/],
    ['acme.com', /has no scheme; did you mean https:\/\/acme.com\?/],
    ['*.acme.com', /has no scheme; did you mean https:\/\/\*\.acme.com\?/],
    ['null', /has no scheme/],
    ["'self'", /has no scheme/],
    ['data:text/html,x', /has no scheme/],
    ['http://acme.com', /must be https; http is for localhost/],
    ['http://*.acme.com', /must be https/],
    ['http://localhost.acme.com', /must be https/],
    ['http://0.0.0.0', /must be https/],
    ['http://127.0.0.2', /must be https/],
    ['ftp://acme.com', /is no origin/],
    ['javascript://acme.com', /is no origin/],
    ['file:///etc/passwd', /is no origin/],
    ['chrome-extension://abc', /is no origin/],
    ['https://', /is no origin/],
    ['https:///acme.com', /is no origin/],
    ['https://*', /is no origin|is too wide/],
    ['https://*.com', /is too wide; a star needs a domain of two labels or more/],
    ['https://*.localhost', /is too wide/],
    ['https://*.192.0.2.7', /is too wide/],
    ['https://*.0x7f.1', /is too wide/],
    ['https://*.*.acme.com', /at most one star, as the first label/],
    ['https://a.*.acme.com', /at most one star, as the first label/],
    ['https://*acme.com', /at most one star, as the first label/],
    ['https://acme.*', /at most one star, as the first label/],
    ['https://acme.com:*', /at most one star, as the first label/],
    ['https://acme.com/', /has a path; did you mean https:\/\/acme.com\?/],
    ['https://*.acme.com/help/', /has a path; did you mean https:\/\/\*\.acme.com\?/],
    ['https://acme.com?x=1', /a scheme, a host and a port only/],
    ['https://acme.com#x', /a scheme, a host and a port only/],
    ['https://ada@acme.com', /a scheme, a host and a port only/],
    ['https://ada:secret@acme.com', /a scheme, a host and a port only/],
    ['https://acme.com\\evil.example', /a scheme, a host and a port only/],
    ['https://acme%2ecom', /a scheme, a host and a port only/],
    ['https://ac me.com', /a scheme, a host and a port only/],
    ['https://acme.com\n', /a scheme, a host and a port only/],
    ['https://ac\tme.com', /a scheme, a host and a port only/],
    ['https://acme.com\u0000', /a scheme, a host and a port only/],
    ["https://acme.com; script-src 'unsafe-inline'", /a scheme, a host and a port only/],
    ['https://acme.com;', /has no host and port as browsers have them/],
    ['https://acme_x.com', /has no host and port as browsers have them/],
    ["https://acme.com'", /has no host and port as browsers have them/],
    ['https://acme..com', /has no host and port as browsers have them/],
    ['https://acme.com.', /has no host and port as browsers have them/],
    ['https://.acme.com', /has no host and port as browsers have them/],
    ['https://acme.com:0', /has no host and port as browsers have them/],
    ['https://acme.com:65536', /has no host and port as browsers have them/],
    ['https://acme.com:port', /has no host and port as browsers have them/],
    ['https://[2001:db8::1]', /has no host and port as browsers have them/],
    [`https://${LABEL_OF_64}.com`, /has no host and port as browsers have them/],
    [`https://${HOST_OF_254}`, /has no host and port as browsers have them/],
  ])('refuses %j', (text, problem) => {
    expect(parseEmbedOrigin(text)).toEqual({ problem: expect.stringMatching(problem) });
    expect(isEmbedOrigin(text)).toBe(false);
  });

  it('names what it refuses, and of a long one its beginning', () => {
    expect(parseEmbedOrigin('ftp://acme.com')).toEqual({ problem: expect.stringMatching(/^"ftp:\/\/acme.com" is no/) });
    const { problem } = parseEmbedOrigin(`https://acme.com/${'x'.repeat(10_000)}`) as { problem: string };
    expect(problem.length).toBeLessThan(300);
  });
});

describe('parseEmbedOrigins', () => {
  it('keeps each origin once, in its order, however it is written', () => {
    const texts = ['https://b.example', ' https://A.example', 'https://a.example:443', 'https://b.example '];
    expect(parseEmbedOrigins(texts)).toEqual({ origins: ['https://b.example', 'https://a.example'] });
    expect(parseEmbedOrigins([])).toEqual({ origins: [] });
  });

  it('tells all that is wrong', () => {
    expect(parseEmbedOrigins(['*', 'https://a.example', 'a.example'])).toEqual({
      problems: [expect.stringMatching(/^"\*"/), expect.stringMatching(/^"a.example"/)],
    });
  });

  it('takes 50 different ones and no more', () => {
    const sites = Array.from({ length: MAX_EMBED_ORIGINS + 1 }, (_, n) => `https://site-${n}.example`);
    const most = sites.slice(0, 50);
    expect(parseEmbedOrigins([...most, ...most])).toEqual({ origins: most });
    expect(parseEmbedOrigins(sites)).toEqual({
      problems: [expect.stringMatching(/^51 origins are too many: an app may have 50; a star/)],
    });
  });

  it('takes as many characters as fit into a header', () => {
    const sites = Array.from({ length: 41 }, (_, n) => `https://${'x'.repeat(60)}.site${n % 10}${n}.example`);
    const most = sites.slice(0, 35);
    expect(parseEmbedOrigins(most)).toEqual({ origins: most });
    expect(parseEmbedOrigins(sites)).toEqual({
      problems: [
        expect.stringMatching(/^the origins are too long together: they have 3\d{3} characters, and may have 3000/),
      ],
    });
  });
});

describe('originMatches', () => {
  const ORIGINS = [
    'https://acme.zendesk.com',
    'https://*.acme.com',
    'https://*.acme.org:8443',
    'http://localhost:3001',
  ];

  it.each([
    'https://acme.zendesk.com',
    'https://help.acme.com',
    'https://a.b.c.acme.com',
    'https://xn--bcher-kva.acme.com',
    'https://help.acme.org:8443',
    'http://localhost:3001',
  ])('lets %s', (origin) => expect(originMatches(ORIGINS, origin)).toBe(true));

  it.each([
    '',
    'null',
    '*',
    'https://*.acme.com',
    'https://acme.com',
    'https://.acme.com',
    'https://evilacme.com',
    'https://help.acme.com.evil.example',
    'https://evil.example/.acme.com',
    'https://evil.example?.acme.com',
    'https://evil.example#.acme.com',
    'https://evil.example:443.acme.com',
    'https://evil@.acme.com',
    'https://help..acme.com',
    'https://help.acme.com:8443',
    'https://help.acme.org',
    'http://help.acme.com',
    'https://x.acme.zendesk.com',
    'https://acme.zendesk.com:8443',
    'https://acme.zendesk.com/',
    'HTTPS://ACME.ZENDESK.COM',
    'http://localhost',
    'http://localhost:30010',
  ])('does not let %j', (origin) => expect(originMatches(ORIGINS, origin)).toBe(false));

  it('lets nobody where there are no origins', () => {
    expect(originMatches([], 'https://acme.com')).toBe(false);
  });

  it('lets none of 20,000 texts made at random whose URL has another origin', () => {
    const below = randomSource(20_260_418);
    const parts = [
      'https://',
      'http://',
      'a',
      'evil.example',
      '.acme.com',
      'acme.com',
      '.',
      '@',
      '/',
      ':',
      '443',
      '\\',
      '#',
      '?',
      '%2e',
      '*',
      ' ',
      '\n',
      'é',
      ';',
    ];
    let matched = 0;
    for (let n = 0; n < 20_000; n++) {
      const text = `https://${Array.from({ length: 1 + below(3) }, () => parts[below(parts.length)]).join('')}.acme.com`;
      if (!originMatches(ORIGINS, text)) continue;
      matched++;
      expect(new URL(text).origin).toBe(text);
      expect(new URL(text).hostname).toMatch(/^[^.].*\.acme\.com$/);
    }
    expect(matched).toBeGreaterThan(100);
  });
});
