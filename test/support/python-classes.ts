import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputData, JSONSchemaInput, JSONSchemaStore, quicktype } from 'quicktype-core';

const { status } = spawnSync('python3', ['-c', 'import dateutil']);
/** Whether classes that quicktype generates can be run here: they want Python 3 with dateutil. */
export const hasPython = status === 0;

/** Reads each body into the class of its schema, writes that again, and prints what is not in it any more. */
const READ_AND_WRITE = `
import json, sys
import dateutil.parser
import service

def is_same(sent, written):
    if sent == written:
        return True
    try:
        return dateutil.parser.parse(sent) == dateutil.parser.parse(written)
    except (TypeError, ValueError):
        return False

def lost(sent, written, path):
    if sent is None:
        return
    if isinstance(sent, dict) and isinstance(written, dict):
        for name in sent:
            yield from lost(sent[name], written.get(name), path + '/' + name)
    elif isinstance(sent, list) and isinstance(written, list) and len(sent) == len(written):
        for at, one in enumerate(sent):
            yield from lost(one, written[at], path + '/' + str(at))
    elif not is_same(sent, written):
        yield path

for schema, body in json.load(sys.stdin):
    try:
        for path in lost(body, getattr(service, schema).from_dict(body).to_dict(), schema):
            print('lost', path)
    except Exception as error:
        print('refused', schema, repr(error))
`;

export type NamedBody = readonly [schema: string, body: unknown];

/** What of these bodies the Python classes that quicktype makes of the document refuse or lose, a line each. */
export async function lostInPython(document: object, bodies: readonly NamedBody[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'python-classes-'));
  try {
    writeFileSync(
      join(folder, 'service.py'),
      await pythonClasses(document, [...new Set(bodies.map(([name]) => name))]),
    );
    writeFileSync(join(folder, 'read_and_write.py'), READ_AND_WRITE);
    const run = spawnSync('python3', [join(folder, 'read_and_write.py')], {
      input: JSON.stringify(bodies),
      encoding: 'utf8',
    });
    return run.stdout + run.stderr;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function pythonClasses(document: object, names: readonly string[]): Promise<string> {
  class Store extends JSONSchemaStore {
    override fetch(): Promise<never> {
      return Promise.resolve(document as never);
    }
  }
  const input = new JSONSchemaInput(new Store());
  for (const name of names) await input.addSource({ name, uris: [`service.json#/components/schemas/${name}`] });
  const inputData = new InputData();
  inputData.addInput(input);
  const { lines } = await quicktype({ inputData, lang: 'python', combineClasses: false });
  return lines.join('\n');
}
