import { existsSync, readFileSync } from 'node:fs';

/** As `package.json` says. */
export function serviceVersion(): string {
  return (JSON.parse(readFileSync(new URL('package.json', packageFolder()), 'utf8')) as { version: string }).version;
}

/** The folder of `package.json`, which stands above this file whether it was built or not. */
export function packageFolder(): URL {
  for (let folder = new URL('.', import.meta.url); ; folder = new URL('..', folder)) {
    if (existsSync(new URL('package.json', folder))) return folder;
    if (new URL('..', folder).href === folder.href)
      throw new Error('package.json is missing: it belongs beside the folder dist');
  }
}
