import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import spectral from '@stoplight/spectral-core';
import ruleset from '../.spectral.js';
import { ROOT } from './dist.js';

/*
 * Lints docs/openapi.json, or the file that is named, with Redocly (redocly.yaml) and Spectral (.spectral.js), prints what
 * they find, and exits with 1 where that is anything, warnings included.
 */
const [file = join(ROOT, 'docs/openapi.json')] = process.argv.slice(2);
const findings = (await Promise.all([redocly(), spectralFindings()])).flat();
for (const finding of findings) console.error(finding);
process.exitCode = findings.length === 0 ? 0 : 1;

function redocly() {
  const cli = join(ROOT, 'node_modules/@redocly/cli/bin/cli.js');
  const args = [cli, 'lint', file, '--format', 'json', '--config', join(ROOT, 'redocly.yaml')];
  const env = { ...process.env, REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' };
  return new Promise((resolve, reject) => {
    // It exits with 1 where there are errors, and tells of them all the same.
    execFile(process.execPath, args, { cwd: ROOT, env, maxBuffer: 2 ** 26 }, (_error, stdout, stderr) => {
      try {
        const { problems } = JSON.parse(stdout);
        resolve(problems.map(({ ruleId, message, location: [at] }) => `${ruleId}: ${message} (${at.pointer})`));
      } catch {
        reject(new Error(`redocly did not lint: ${stderr}`));
      }
    });
  });
}

/** The command line of Spectral would do the same with 86 more packages, which bundle rules and load them from the network. */
async function spectralFindings() {
  const linter = new spectral.Spectral();
  linter.setRuleset(new spectral.Ruleset(ruleset));
  const results = await linter.run(JSON.parse(readFileSync(file, 'utf8')));
  return results.map(({ code, message, path }) => `${code}: ${message} (${path.join('/')})`);
}
