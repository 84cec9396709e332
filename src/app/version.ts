import { existsSync, readFileSync } from 'node:fs';

/** As `package.json` says, which stands above this file whether it was built or not. */
export function serviceVersion(): string {
  for (let folder = new URL('.', import.meta.url); ; folder = new URL('..', folder)) {
    const file = new URL('package.json', folder);
    if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
    if (new URL('..', folder).href === folder.href)
      throw new Error('package.json is missing: it belongs beside the folder dist');
  }
}
