/** Adds lines to the end of a file, which nobody but its owner may read, and waits until they are on the disk. */
export async function appendLines(path: string | URL, lines: readonly string[]): Promise<void> {
  const { open } = await import('node:fs/promises');
  const file = await open(path, 'a', 0o600);
  try {
    for (const line of lines) await file.write(`${line}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}
