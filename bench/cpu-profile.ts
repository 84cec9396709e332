import type { Profiler } from 'node:inspector';

/** Whose code a sample of a CPU profile was in. */
export const OWNERS = [
  'Node',
  'Express',
  'Nest',
  'pg',
  'TypeORM',
  'other packages',
  'ours',
  'collector',
  'V8',
] as const;
export type Owner = (typeof OWNERS)[number];

/** What Express is made of. */
const OF_EXPRESS =
  /^(?:express|router|path-to-regexp|parseurl|finalhandler|encodeurl|escape-html|qs|accepts|negotiator|type-is|proxy-addr|etag|fresh|vary|send|mime-types|http-errors|statuses|on-finished|depd|debug|setprototypeof|merge-descriptors)$/;
const OF_PG = /^(?:pg|pg-.*|postgres-.*)$/;
const OF_NEST = /^(?:@nestjs\/.*|rxjs|reflect-metadata)$/;

/** The shares of the time in which the main thread did anything, of all owners 1. */
export function sharesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Map<Owner, number> {
  const ownerOf = ownersOf(nodes);
  const micros = new Map<Owner, number>();
  let all = 0;
  for (const [index, id] of samples.entries()) {
    const owner = ownerOf.get(id);
    if (owner === undefined) continue;
    const delta = timeDeltas[index] ?? 0;
    micros.set(owner, (micros.get(owner) ?? 0) + delta);
    all += delta;
  }
  return new Map(OWNERS.map((owner) => [owner, (micros.get(owner) ?? 0) / all]));
}

/** Idle nodes have none. What has no file, such as `JSON.parse`, belongs to whoever called it. */
function ownersOf(nodes: readonly Profiler.ProfileNode[]): Map<number, Owner> {
  const parentOf = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const owners = new Map<number, Owner>();
  for (const node of nodes) {
    if (node.callFrame.functionName === '(idle)') continue;
    let caller: Profiler.ProfileNode | undefined = node;
    while (caller !== undefined && ownerOfFrame(caller) === undefined) caller = byId.get(parentOf.get(caller.id) ?? 0);
    owners.set(node.id, (caller && ownerOfFrame(caller)) ?? 'V8');
  }
  return owners;
}

function ownerOfFrame({ callFrame: { functionName, url } }: Profiler.ProfileNode): Owner | undefined {
  if (functionName === '(garbage collector)') return 'collector';
  if (url === '') return undefined;
  if (url.startsWith('node:')) return 'Node';
  const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (name === undefined) return 'ours';
  if (OF_EXPRESS.test(name)) return 'Express';
  if (OF_NEST.test(name)) return 'Nest';
  if (OF_PG.test(name)) return 'pg';
  return name === 'typeorm' ? 'TypeORM' : 'other packages';
}
