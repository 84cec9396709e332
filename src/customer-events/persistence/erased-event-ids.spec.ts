import { describe, expect, it } from '@jest/globals';
import { JsonText } from '../../../libs/json-payload/json-text.ts';
import { instantFromMillis } from '../../../libs/time/instant.ts';
import { Shards } from '../../platform/postgres/shards.ts';
import { customerIdOf } from '../domain/customer.ts';
import type { CustomerEvent } from '../domain/customer-event.ts';
import { ErasureKeys } from '../domain/erasure-keys.ts';
import { shardKeyOf } from '../domain/shard-key.ts';
import { selectWithErasedIds } from './erased-event-ids.ts';

const KEYS = new ErasureKeys(['a secret of thirty-two characters']);
const NOW = instantFromMillis(0);
const eventOf = (customerId: string): CustomerEvent => ({
  id: 'e',
  customerId,
  type: 'a',
  payload: new JsonText('{}'),
  occurredAt: NOW,
  createdAt: NOW,
  eventId: 'k',
});

describe('selectWithErasedIds', () => {
  const ids = Array.from({ length: 200 }, (_, n) => customerIdOf('app', `user_${n}`));
  const [first = ''] = ids;
  const samePart = ids.filter((id) => shardKeyOf(id) === shardKeyOf(first));
  const inOnePiece = new Shards([]);
  const distributed = new Shards([-2_147_483_648, 0]);

  it('has one text under each name, however many customers, parts and shards there are', () => {
    expect(samePart.length).toBeGreaterThan(1);
    const texts = new Map<string | undefined, Set<string>>();
    for (const shards of [inOnePiece, distributed]) {
      for (const customers of [[first], samePart, ids.slice(0, 2), ids]) {
        const { name, sql, parameters } = selectWithErasedIds(customers.map(eventOf), KEYS, shards);
        texts.set(name, (texts.get(name) ?? new Set()).add(sql));
        expect(sql.match(/\$\d/g)).toHaveLength(parameters.length);
      }
    }
    expect([...texts.values()].map(({ size }) => size)).toEqual([1, 1, 1]);
  });
});
