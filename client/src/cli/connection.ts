import { readFileSync, statSync } from 'node:fs';
import { CustomerEvents } from '../customer-events.ts';
import type { Fetch } from '../transport.ts';
import type { CustomerEventsOptions } from '../options.ts';
import { isRetryable } from '../retry.ts';
import type { Connection } from './arguments.ts';
import { CliError } from './cli-error.ts';
import { tell } from './printable.ts';

const RIGHTS_OF_OTHERS = 0o077;
const TOO_MANY_REQUESTS = 429;

/** A client, and what is known of the service besides. */
export interface Opened {
  readonly client: CustomerEvents;
  /** Milliseconds since 1970 by the clock of the service, when it last responded; undefined before that. */
  serviceTime(): number | undefined;
}

/**
 * A client with the address and the key of this call. While the service does not take what is sent, stderr says so.
 *
 * @throws CliError
 */
export function openClient({ url, keyFile }: Connection, options: Partial<CustomerEventsOptions> = {}): Opened {
  const { CUSTOMER_EVENTS_URL, CUSTOMER_EVENTS_KEY } = process.env;
  const address = url ?? CUSTOMER_EVENTS_URL;
  const key = keyFile === undefined ? CUSTOMER_EVENTS_KEY : keyOf(keyFile);
  if (address === undefined || address === '')
    throw new CliError(
      'Where is the service? Set CUSTOMER_EVENTS_URL or say --url, such as https://events.example.com',
    );
  if (key === undefined || key === '')
    throw new CliError('There is no key: set CUSTOMER_EVENTS_KEY, or name a file that has it with --key-file');
  const watch = new ServiceWatch();
  try {
    const client = new CustomerEvents({ ...options, url: address, key, fetch: watch.fetch });
    return { client, serviceTime: () => watch.serviceTime };
  } catch (error) {
    // It names the option that cannot be used, and has neither the URL nor the key.
    throw error instanceof TypeError ? new CliError(error.message) : error;
  }
}

function keyOf(path: string): string {
  try {
    const { mode } = statSync(path);
    if (process.platform !== 'win32' && (mode & RIGHTS_OF_OTHERS) !== 0)
      tell(`Warning: other users may read ${path}; "chmod 600" keeps the key from them`);
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new CliError(`The file of --key-file cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

/** Says once when requests begin to fail, and once when they pass again: the client itself is silent. */
class ServiceWatch {
  serviceTime: number | undefined;
  #isFailing = false;
  #hasToldOfPace = false;

  readonly fetch: Fetch = async (...request) => {
    try {
      const response = await fetch(...request);
      this.#note(response.status, response.headers.get('Date'));
      return response;
    } catch (error) {
      const { name, message, cause } = error as Error & { cause?: { code?: string } };
      if (name !== 'AbortError') this.#failed(cause?.code ?? message);
      throw error;
    }
  };

  #note(status: number, date: string | null): void {
    const time = Date.parse(date ?? '');
    if (!Number.isNaN(time)) this.serviceTime = time;
    if (status === TOO_MANY_REQUESTS) this.#slowDown();
    else if (isRetryable(status)) this.#failed(`HTTP ${status}`);
    else if (this.#isFailing) {
      this.#isFailing = false;
      tell('The service responds again');
    }
  }

  #failed(why: string): void {
    if (!this.#isFailing) tell(`The service does not take this now (${why}): trying again`);
    this.#isFailing = true;
  }

  #slowDown(): void {
    if (!this.#hasToldOfPace) tell('The rate limit of the key is reached (HTTP 429): sending more slowly');
    this.#hasToldOfPace = true;
  }
}
