import { rmSync } from 'node:fs';

export default async function globalTeardown() {
  const started = globalThis.embeddedPostgres;
  if (started === undefined) return;
  await started.engine.stop();
  rmSync(started.dataDir, { recursive: true, force: true });
}
