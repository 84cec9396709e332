/** A file of the page, as it is sent. */
export interface PageFile {
  readonly contentType: string;
  readonly bytes: Buffer;
  /** The same, compressed, by the name of the coding; not all need to be there. */
  readonly encoded: Readonly<Partial<Record<PageEncoding, Buffer>>>;
}

/** The better ones first. */
export const PAGE_ENCODINGS = ['br', 'gzip'] as const;
export type PageEncoding = (typeof PAGE_ENCODINGS)[number];

/** What the build has made for browsers. The names have a hash of the content in them. */
export interface PageFiles {
  readonly script: string;
  readonly style: string;
  /** By their names; only these are served. */
  readonly files: ReadonlyMap<string, PageFile>;
}

/** The injection token of the {@link PageFiles}; null: this build has no page. */
export const PAGE_FILES = 'PAGE_FILES';
