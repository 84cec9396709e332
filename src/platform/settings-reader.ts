import { parseRateWindows, type RateWindow } from '../../libs/kernel/rate-window.ts';
import { databaseUrlProblem } from './postgres/database-url.ts';

/** Reads and checks settings by their names, and notes every one that is wrong. */
export class SettingsReader {
  readonly problems: string[] = [];
  readonly names: string[] = [];

  constructor(private readonly env: NodeJS.ProcessEnv) {}

  text(name: string, fallback: string): string {
    return this.value(name) ?? fallback;
  }

  integer(name: string, fallback: number, min: number, max: number): number {
    const text = this.value(name);
    if (text === undefined) return fallback;
    const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return number;
    this.problems.push(`${name} must be a whole number from ${min} to ${max}`);
    return fallback;
  }

  /** A number from 0 to 1. */
  share(name: string, fallback: number): number {
    const text = this.value(name);
    if (text === undefined) return fallback;
    if (/^(0(\.\d{1,6})?|1(\.0{1,6})?)$/.test(text)) return Number(text);
    this.problems.push(`${name} must be a number from 0 to 1`);
    return fallback;
  }

  flag(name: string, fallback: boolean): boolean {
    return this.oneOf(name, ['true', 'false'] as const, fallback ? 'true' : 'false') === 'true';
  }

  oneOf<T extends string>(name: string, allowed: readonly T[], fallback: T): T {
    const text = this.value(name);
    if (text === undefined) return fallback;
    if ((allowed as readonly string[]).includes(text)) return text as T;
    this.problems.push(`${name} must be one of: ${allowed.join(', ')}`);
    return fallback;
  }

  postgresUrl(name: string): string | undefined {
    const text = this.value(name);
    if (text === undefined) return undefined;
    const problem = databaseUrlProblem(text);
    if (problem === null) return text;
    this.problems.push(`${name} ${problem}`);
    return undefined;
  }

  httpUrl(name: string): string | undefined {
    const text = this.value(name);
    if (text === undefined) return undefined;
    if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
    this.problems.push(`${name} must look like http://collector:4318`);
    return undefined;
  }

  /** Origins as browsers send them, with commas between them: no path, no wildcard. */
  origins(name: string): readonly string[] {
    const text = this.value(name);
    if (text === undefined) return [];
    const origins = text.split(',').map((origin) => origin.trim());
    if (origins.every((origin) => URL.canParse(origin) && /^https?:/.test(origin) && new URL(origin).origin === origin))
      return origins;
    this.problems.push(`${name} must look like https://a.example,https://b.example:8443`);
    return [];
  }

  /** Texts with commas between them, the one in use first; what they are is never repeated. */
  secrets(name: string, minLength: number): readonly string[] {
    const text = this.value(name);
    if (text === undefined) return [];
    const secrets = text.split(',').map((secret) => secret.trim());
    if (secrets.every((secret) => secret.length >= minLength) && new Set(secrets).size === secrets.length)
      return secrets;
    this.problems.push(
      `${name} must be a random text of ${minLength} characters or more, such as "openssl rand -base64 32" prints; ` +
        'or several with commas between them, the new one first',
    );
    return [];
  }

  /** See {@link parseRateWindows}. */
  rateWindows(name: string, fallback: string): readonly RateWindow[] {
    const windows = parseRateWindows(this.value(name) ?? fallback);
    if (windows !== null) return windows;
    this.problems.push(`${name} must look like 3/1,20/10,100/60 (how many/seconds), or be 0`);
    return [];
  }

  /**
   * A text that has to look in some way. It is not repeated where it does not: it may be a secret.
   *
   * @param problemOf what is wrong with a text, beginning with "must"; undefined: nothing is.
   */
  checkedText(name: string, problemOf: (text: string) => string | undefined): string | undefined {
    const text = this.value(name);
    const problem = text === undefined ? undefined : problemOf(text);
    if (problem === undefined) return text;
    this.problems.push(`${name} ${problem}`);
    return undefined;
  }

  /** Notes a setting that is of use only beside another one. */
  requireBeside(name: string, other: string, why: string): void {
    if (this.isSet(name) && !this.isSet(other)) this.problems.push(`${name} needs ${other}, ${why}`);
  }

  /** An empty text is a setting that is not set, as `NAME=` in an env file means it. */
  private value(name: string): string | undefined {
    this.names.push(name);
    return this.isSet(name) ? this.env[name]?.trim() : undefined;
  }

  private isSet(name: string): boolean {
    return (this.env[name] ?? '').trim() !== '';
  }
}
