import { Inject, Injectable } from '@nestjs/common';
import type { ServerResponse } from 'node:http';
import { Counts } from '../../../../libs/kernel/counts.ts';
import { defineError, defineErrorOf } from '../../../../libs/kernel/domain-error.ts';
import { HttpError } from '../errors/http-error.ts';
import type { Caller } from './caller.ts';
import { inFlightRequestOf, whenClosed } from './in-flight-request.ts';

/** The injection token of {@link StreamSettings}. */
export const STREAM_SETTINGS = 'STREAM_SETTINGS';

export interface StreamSettings {
  /** Imports and exports of all keys that this instance serves at once. */
  readonly maxStreams: number;
  readonly maxStreamsPerKey: number;
}

export const tooManyStreamsOfKey = defineErrorOf(
  HttpError,
  'too-many',
  'TOO_MANY_REQUESTS',
  (limit: number) => ({
    message: `This key has ${limit} imports and exports under way; wait until one of them has ended`,
    details: { limit },
    headers: { 'Retry-After': '5' },
  }),
  8,
);

export const tooManyStreams = defineError('unavailable', 'SERVICE_UNAVAILABLE', () => ({
  message: 'The service has as many imports and exports under way as it may; send the request again',
}));

/** Bounds how many imports and exports are under way: each lasts as long as its client wants, and holds memory. */
@Injectable()
export class StreamLimits {
  private total = 0;
  private readonly ofKey = new Counts();

  constructor(@Inject(STREAM_SETTINGS) private readonly settings: StreamSettings) {}

  /**
   * Counts a stream until its response has closed, and reserves what it will hold.
   *
   * @param bytes that it holds at most at any time, whatever passes through it.
   * @throws TOO_MANY_REQUESTS, SERVICE_UNAVAILABLE, Abandoned
   */
  open({ keyId }: Caller, response: ServerResponse, bytes: number): void {
    if (this.ofKey.of(keyId) >= this.settings.maxStreamsPerKey)
      throw tooManyStreamsOfKey(this.settings.maxStreamsPerKey);
    if (this.total >= this.settings.maxStreams) throw tooManyStreams();
    inFlightRequestOf(response)?.reserve(bytes);
    whenClosed(response, () => this.close(keyId));
    this.total++;
    this.ofKey.add(keyId);
  }

  private close(keyId: string): void {
    this.total--;
    this.ofKey.remove(keyId);
  }
}
