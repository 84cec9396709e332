import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './dist.js';

/*
 * Prints an SBOM (CycloneDX, JSON) of what `npm ci --omit=dev` installs, from package-lock.json alone: nothing has to be
 * installed, and no registry is asked.
 *
 * `npm sbom --omit=dev` would not do: it also leaves out the packages of production that some package of development
 * needs as well. With npm 11.19 it had 144 of 194, without commander and pg-types.
 */
const { name, version } = readJson('package.json');
const installed = namesOfProduction(readJson('package-lock.json').packages);
const bom = JSON.parse(npmSbom());
const isInstalled = (reference) => installed.has(reference) || reference === `${name}@${version}`;

// In an SBOM that is made from the lock file alone, npm takes the name of the folder.
bom.metadata.component.name = name;
bom.components = bom.components.filter((component) => isInstalled(component['bom-ref'])).map(withoutDevelopmentMark);
bom.dependencies = bom.dependencies
  .filter(({ ref }) => isInstalled(ref))
  .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(isInstalled) }));
process.stdout.write(`${JSON.stringify(bom, null, 2)}\n`);

/** `name@version`, as npm refers to a component. */
function namesOfProduction(packages) {
  return new Set(
    Object.entries(packages)
      .filter(([path, { dev }]) => path !== '' && dev !== true)
      .map(([path, entry]) => `${entry.name ?? path.split('node_modules/').at(-1)}@${entry.version}`),
  );
}

/** npm describes the first of several copies of a package, which may be one for development. */
function withoutDevelopmentMark({ properties = [], ...component }) {
  return { ...component, properties: properties.filter((property) => property.name !== 'cdx:npm:package:development') };
}

function npmSbom() {
  const args = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=application', '--offline'];
  // The npm that runs this script; by itself it is found by its name.
  const { npm_execpath: npm } = process.env;
  const [command, ...first] = npm === undefined ? ['npm'] : [process.execPath, npm];
  return execFileSync(command, [...first, ...args], { cwd: ROOT, encoding: 'utf8', maxBuffer: 100_000_000 });
}

function readJson(file) {
  return JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
}
