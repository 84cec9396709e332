/*
 * node scripts/run.js                             brings dist/ up to date
 * node scripts/run.js dist/src/cli.js apps list   … and then is `node dist/src/cli.js apps list`, in this very process
 *
 * Its few lines are read before the version of Node is known. So here, and in what is imported
 * statically, is nothing that Node 14 cannot read, such as `node:` in an import.
 */
import { readFileSync } from 'fs';
import { isInRange } from './node-version.js';

const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

if (isInRange(process.version, engines.node)) {
  const { launch } = await import('./launch.js');
  await launch(process.argv.slice(2));
} else {
  console.error(`This is Node.js ${process.version.slice(1)}; the service needs ${engines.node}.`);
  process.exitCode = 1;
}
