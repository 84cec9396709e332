import {
  MAX_TYPES_SEEN,
  TypesSeenStore,
  type TypeSeen,
} from '../../src/event-types/application/types-seen-store.port.ts';

interface Seen {
  readonly types: Map<string, number>;
  hadMore: boolean;
}

export class InMemoryTypesSeenStore extends TypesSeenStore {
  private readonly apps = new Map<string, Seen>();

  add(types: readonly (TypeSeen & { readonly appId: string })[]): Promise<ReadonlySet<string>> {
    const full = new Set<string>();
    for (const { appId, type, firstSeenAt } of types) {
      const seen = this.apps.get(appId) ?? { types: new Map<string, number>(), hadMore: false };
      this.apps.set(appId, seen);
      if (seen.types.has(type)) continue;
      if (seen.types.size < MAX_TYPES_SEEN) seen.types.set(type, firstSeenAt);
      else {
        seen.hadMore = true;
        full.add(appId);
      }
    }
    return Promise.resolve(full);
  }

  list(appId: string, after: string, limit: number): Promise<readonly TypeSeen[]> {
    const all = [...(this.apps.get(appId)?.types ?? [])].map(([type, firstSeenAt]) => ({ type, firstSeenAt }));
    const inOrder = all.filter(({ type }) => type > after).sort((a, b) => (a.type < b.type ? -1 : 1));
    return Promise.resolve(inOrder.slice(0, limit));
  }

  hadMore(appId: string): Promise<boolean> {
    return Promise.resolve(this.apps.get(appId)?.hadMore ?? false);
  }
}
