import { Injectable } from '@nestjs/common';
import { AppPublicKeys, type PageApp } from './app-public-keys.port.ts';

export type { PageApp } from './app-public-keys.port.ts';

const PUBLIC_KEY = /^pk_live_[A-Za-z0-9]{48}$/;

/** Whether a text has the form of a public key. */
export const isPublicKey = (text: unknown): text is string => typeof text === 'string' && PUBLIC_KEY.test(text);

/** Finds the app that a page is opened for. */
@Injectable()
export class PageApps {
  constructor(private readonly publicKeys: AppPublicKeys) {}

  /**
   * @param publicKey whatever whoever opens the page has sent.
   * @param address of whoever opens it.
   * @returns null where it is no public key that may be used now.
   * @throws SERVICE_UNAVAILABLE
   */
  async find(publicKey: unknown, address: string): Promise<PageApp | null> {
    return isPublicKey(publicKey) ? this.publicKeys.appOf(publicKey, address) : null;
  }
}
