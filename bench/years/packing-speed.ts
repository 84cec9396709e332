import { randomId } from '../../libs/kernel/ids.ts';
import { packedId, unpackedId } from './packed-id.ts';

const IDS = 200_000;
/** The least and the greatest id, and those on both sides of a half's end. */
const EDGES = [
  '0'.repeat(24),
  'z'.repeat(24),
  '0'.repeat(12) + 'z'.repeat(12),
  '0'.repeat(11) + '1' + '0'.repeat(12),
].map((digits) => `c${digits}`);

/** What it would cost the service to pack an id, and to unpack it. */
export function packingSpeed(): string {
  const ids = [...EDGES, ...Array.from({ length: IDS - EDGES.length }, randomId)];
  const nanosEach = (work: () => void): string => {
    work();
    const start = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(start);
    return (((user + system) * 1000) / IDS).toFixed(0);
  };
  let uuids: string[] = [];
  const packing = nanosEach(() => (uuids = ids.map(packedId)));
  let unpacked: string[] = [];
  const unpacking = nanosEach(() => (unpacked = uuids.map(unpackedId)));
  if (unpacked.some((id, index) => id !== ids[index])) throw new Error('an id is another one after it was packed');
  const sorted = (texts: readonly string[]): string => texts.toSorted().join();
  if (sorted(ids.map(packedId)) !== ids.toSorted().map(packedId).join())
    throw new Error('uuids sort otherwise than ids');
  return `An id in 16 bytes and back: ${packing} ns of CPU to pack, ${unpacking} ns of CPU to unpack (${IDS.toLocaleString('en')} ids, each came back).`;
}
