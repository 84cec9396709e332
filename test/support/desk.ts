import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ROOT } from './child.ts';
import { startHttpServer } from './http-server.ts';

/** The frame that docs/agent-page.md tells sites to use. */
const FRAME = /<iframe[^]*?<\/iframe>/.exec(readFileSync(resolve(ROOT, 'docs/agent-page.md'), 'utf8'))?.[0] ?? '';

/** A site with an origin of its own that shows a page in a frame, and keeps the messages that it gets in `received`. */
export interface Desk {
  readonly site: string;
  /** The address under which it shows that of `url`, and beside it those of `others` in plain frames. */
  showing(url: string, ...others: string[]): string;
  close(): Promise<void>;
}

export async function openDesk(): Promise<Desk> {
  const { url: site, close } = await startHttpServer((request, response) => {
    const [src, ...others] = new URL(request.url ?? '/', 'http://localhost').searchParams.getAll('src');
    const address = (url: string): string => url.replaceAll('&', '&amp;');
    response.setHeader('Content-Type', 'text/html');
    response.end(
      `<!doctype html><title>Desk</title><link rel="icon" href="data:,">
      <style>iframe { width: 400px; height: 700px }</style>
      <script>window.received = []; addEventListener('message', ({ data, origin }) => received.push({ data, origin }));</script>
      ${src === undefined ? '' : FRAME.replace('<iframe', `<iframe src="${address(src)}"`)}
      ${others.map((url) => `<iframe src="${address(url)}"></iframe>`).join('')}`,
    );
  }, 'localhost');
  return {
    site,
    showing: (...urls) =>
      `${site}/?${new URLSearchParams(urls.map((url) => ['src', url] as [string, string])).toString()}`,
    close,
  };
}
