import { resolve } from 'node:path';
import { startNode, type Child } from '../../support/child.ts';
import type { Instance } from './drill-rig.ts';

/** What became of single events that were sent for some seconds. */
export interface Load {
  readonly created: number;
  readonly refused: number;
  readonly other: number;
  readonly broken: number;
  /** Events created, and requests answered, per second. */
  readonly perSecond: number;
  readonly offered: number;
  /** In milliseconds. */
  readonly createdP50: number;
  readonly createdP99: number;
  readonly refusedP99: number;
}

export interface Offer {
  readonly key: string;
  readonly connections: number;
  /** Events per second, over all connections; 0: without a pause. */
  readonly rate: number;
  readonly seconds: number;
}

/** Sends single events from a process of its own. */
export async function load(instance: Instance, { key, connections, rate, seconds }: Offer): Promise<Load> {
  const child = startScript('load-generator.js', instance, key, connections, rate, seconds);
  const [found] = await child.prints(/^\{.*\}$/m);
  await child.ends();
  return JSON.parse(found) as Load;
}

/** Runs a script of this folder against an instance. */
export const startScript = (script: string, { port }: Instance, ...args: readonly (string | number)[]): Child =>
  startNode([resolve(import.meta.dirname, script), String(port), ...args.map(String)]);
