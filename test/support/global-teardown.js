import { rmSync } from 'node:fs';

export default async function globalTeardown() {
  rmSync(globalThis.newCluster, { recursive: true, force: true });
  const started = globalThis.embeddedPostgres;
  if (started === undefined) return;
  await started.engine.stop();
  rmSync(started.dataDir, { recursive: true, force: true });
}
