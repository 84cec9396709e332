import { existsSync, readFileSync } from 'node:fs';
import { type PageEncoding, type PageFile, type PageFiles } from '../embed/http/page-files.ts';
import { packageFolder } from './version.ts';

const CONTENT_TYPES = { script: 'text/javascript; charset=utf-8', style: 'text/css; charset=utf-8' } as const;

const SUFFIXES: Readonly<Record<PageEncoding, string>> = { br: '.br', gzip: '.gz' };

/** What a start says where the build has no page. */
export const PAGE_IS_MISSING =
  'dist/page is missing, so /embed/timeline is a 404: build it with "npm run build" in a folder with the sources, and start again; EMBED_ENABLED=false does without it';

/**
 * Reads what scripts/build-page.js has made into memory.
 *
 * @param folder where that is.
 * @returns null where it is not there.
 */
export function readPageFiles(folder = new URL('dist/page/', packageFolder())): PageFiles | null {
  const list = new URL('files.json', folder);
  if (!existsSync(list)) return null;
  const { script, style } = JSON.parse(readFileSync(list, 'utf8')) as Pick<PageFiles, 'script' | 'style'>;
  const fileOf = (name: string, contentType: string): PageFile => ({
    contentType,
    bytes: readFileSync(new URL(name, folder)),
    encoded: Object.fromEntries(
      Object.entries(SUFFIXES)
        .map(([coding, suffix]) => [coding, new URL(`${name}${suffix}`, folder)] as const)
        .filter(([, file]) => existsSync(file))
        .map(([coding, file]) => [coding, readFileSync(file)]),
    ),
  });
  const files = new Map([
    [script, fileOf(script, CONTENT_TYPES.script)],
    [style, fileOf(style, CONTENT_TYPES.style)],
  ]);
  return { script, style, files };
}
