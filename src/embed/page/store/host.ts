import type { Instant } from '../api/types.ts';

/** What the page and the window around it say to each other; all else is ignored. */
const SOURCE = 'customer-events';
const VERSION = 1;
const MAX_TOKEN_LENGTH = 200;
const MAX_ID_LENGTH = 100;

export type HostMessage =
  | { readonly kind: 'hello' }
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'theme'; readonly theme: Theme }
  | { readonly kind: 'focusEvent'; readonly eventId: string };

export type PageMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'tokenExpiring'; readonly expiresAt: Instant }
  | { readonly kind: 'height'; readonly height: number }
  | { readonly kind: 'opened'; readonly eventId: string };

export type Theme = 'light' | 'dark' | 'auto';
const THEMES: readonly unknown[] = ['light', 'dark', 'auto'] satisfies Theme[];

/** What a message of the host says; null: it is none. Never throws, whatever it is given. */
export function hostMessage(data: unknown): HostMessage | null {
  try {
    return messageIn(data);
  } catch {
    return null;
  }
}

function messageIn(data: unknown): HostMessage | null {
  if (typeof data !== 'object' || data === null) return null;
  const { source, v, kind, token, theme, eventId } = data as Record<string, unknown>;
  if (source !== SOURCE || v !== VERSION) return null;
  if (kind === 'hello') return { kind };
  if (kind === 'token' && isToken(token)) return { kind, token };
  if (kind === 'theme' && THEMES.includes(theme)) return { kind, theme: theme as Theme };
  if (kind === 'focusEvent' && isText(eventId, MAX_ID_LENGTH)) return { kind, eventId };
  return null;
}

const isText = (value: unknown, max: number): value is string =>
  typeof value === 'string' && value !== '' && value.length <= max;

export const isToken = (value: unknown): value is string =>
  isText(value, MAX_TOKEN_LENGTH) && /^es_[A-Za-z0-9]+$/.test(value);

/**
 * Whether an origin is one of those that may show the page: exactly, or a host below the one that stands behind `*.`.
 *
 * @param patterns such as `https://desk.example` and `https://*.example.com`
 */
export function isAllowedOrigin(origin: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const [scheme, host] = pattern.split('://*.');
    if (host === undefined) return origin === pattern;
    const [actualScheme, actualHost = ''] = origin.split('://');
    return actualScheme === scheme && actualHost.endsWith(`.${host}`);
  });
}

/** The window around the page, as far as the page uses it. */
export interface HostWindow {
  /** Null: the page stands by itself. */
  readonly parent: { postMessage(message: unknown, targetOrigin: string): void } | null;
  onMessage(received: (event: { source: unknown; origin: string; data: unknown }) => void): void;
}

/**
 * Talks to the window around the page: only to one of an allowed origin, and never to any origin. Whose origin that is, the
 * first message tells, or the browser.
 */
export class Host {
  private origin: string | null;

  /** @param knownOrigin of the window around, where the browser tells it. */
  constructor(
    private readonly window: HostWindow,
    private readonly origins: readonly string[],
    knownOrigin: string | null,
    private readonly received: (message: HostMessage) => void,
  ) {
    this.origin = knownOrigin !== null && isAllowedOrigin(knownOrigin, origins) ? knownOrigin : null;
    if (window.parent !== null) window.onMessage((event) => this.take(event));
    this.send({ kind: 'ready' });
  }

  /** False: nobody was told. */
  send(message: PageMessage): boolean {
    if (this.window.parent === null || this.origin === null) return false;
    this.window.parent.postMessage({ source: SOURCE, v: VERSION, ...message }, this.origin);
    return true;
  }

  private take({ source, origin, data }: { source: unknown; origin: string; data: unknown }): void {
    if (source !== this.window.parent || !isAllowedOrigin(origin, this.origins)) return;
    const message = hostMessage(data);
    if (message === null) return;
    const isFirst = this.origin === null;
    this.origin = origin;
    if (isFirst || message.kind === 'hello') this.send({ kind: 'ready' });
    this.received(message);
  }
}
