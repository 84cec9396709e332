import { Injectable } from '@nestjs/common';
import { invalidField } from '../../../libs/kernel/input-error.ts';
import { ReadTurns } from '../../../libs/kernel/turns.ts';
import type { AuditEntry } from '../../platform/audit/audit-entry.ts';
import { auditCursor, positionOfCursor, type AuditFilter, type AuditPosition } from '../domain/audit-filter.ts';
import type { AuditQuery } from '../domain/audit-query.ts';
import { auditParts, type ReadEntries } from './audit-parts.ts';
import { AuditStore } from './audit-store.port.ts';
import { CustomerPseudonyms } from './customer-pseudonyms.port.ts';

export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  /** Where the next page begins; null at the end. */
  readonly nextCursor: string | null;
}

/** The record of who did what, as an app may read it: its own entries, the newest first. */
@Injectable()
export class AppAudit {
  constructor(
    private readonly store: AuditStore,
    private readonly turns: ReadTurns,
    private readonly pseudonyms: CustomerPseudonyms,
  ) {}

  /** @throws VALIDATION_ERROR for a cursor that is none of this walk. */
  async page(appId: string, filter: AuditFilter, limit: number, cursor: string | undefined): Promise<AuditPage> {
    const after = positionOf(appId, filter, cursor);
    const found = await this.reader(appId, filter)(limit + 1, after);
    const entries = found.slice(0, limit);
    const last = entries.at(-1);
    const isEnd = last === undefined || found.length === entries.length;
    return { entries, nextCursor: isEnd ? null : auditCursor(appId, filter, last) };
  }

  /**
   * All of them, or those behind a cursor, read as they are consumed: the first of them before this resolves, so that
   * what fails can still be said.
   *
   * @param limit how many at most.
   * @param requireStillAllowed asked before each part but the first; where it rejects, so does the iteration.
   * @throws VALIDATION_ERROR for a cursor that is none of this walk.
   */
  async stream(
    appId: string,
    filter: AuditFilter,
    limit: number | undefined,
    cursor: string | undefined,
    requireStillAllowed: () => Promise<void>,
  ): Promise<AsyncIterable<readonly AuditEntry[]>> {
    const after = positionOf(appId, filter, cursor);
    return auditParts(this.reader(appId, filter), limit ?? Infinity, after, requireStillAllowed);
  }

  /** All by which a customer of an app may be named in the audit, also after its erasure. */
  pseudonymsOf(appId: string, customerExternalId: string): readonly string[] {
    return this.pseudonyms.of(appId, customerExternalId);
  }

  /** A read without a match looks at all entries of its app, a quarter of a second for a million of them. */
  private reader(appId: string, filter: AuditFilter): ReadEntries {
    const query = this.queryOf(appId, filter);
    return (limit, after) => this.turns.runCostly(appId, () => this.store.list(query, limit, after));
  }

  private queryOf(appId: string, { customerExternalId, ...filter }: AuditFilter): AuditQuery {
    if (customerExternalId === undefined) return { appId, ...filter };
    return { appId, ...filter, customers: this.pseudonymsOf(appId, customerExternalId) };
  }
}

function positionOf(appId: string, filter: AuditFilter, cursor: string | undefined): AuditPosition | null {
  if (cursor === undefined) return null;
  const position = positionOfCursor(appId, filter, cursor);
  if (position !== null) return position;
  throw invalidField(
    'cursor',
    'is not a cursor of the audit with these filters; take nextCursor as it is, or leave it out',
  );
}
