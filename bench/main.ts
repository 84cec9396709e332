import { installPackages } from './install.ts';
import { parseOptions, type Options } from './options.ts';

const options = optionsOrExit();
installPackages();
// Only now: it imports what was installed.
const { runSuites } = await import('./run-suites.ts');
process.exitCode = (await runSuites(options, process.argv.slice(2))) ? 0 : 1;

function optionsOrExit(): Options {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
}
