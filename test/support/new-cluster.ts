import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Puts a new cluster of the embedded PostgreSQL into a data folder, as initdb leaves it: nothing has run on it. A copy
 * takes a tenth of the time. A test of what a first start does with a folder that is empty has no use for it.
 */
export function copyNewCluster(dataDir: string): void {
  const template = process.env.TEST_NEW_CLUSTER;
  if (template === undefined) throw new Error('TEST_NEW_CLUSTER is set by test/support/global-setup.js');
  mkdirSync(dataDir, { recursive: true });
  // With its owner and its rights: as root, PostgreSQL runs under another account.
  execFileSync('cp', ['-a', join(template, 'postgres'), dataDir]);
}
