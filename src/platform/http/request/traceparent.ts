/** https://www.w3.org/TR/trace-context/#traceparent-header; versions above 00 may say more after it. */
const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

export interface TraceParent {
  readonly traceId: string;
  /** The caller's span: ours is its child. */
  readonly spanId: string;
  readonly sampled: boolean;
}

/** @returns null for a header that is not valid, as if there were none. */
export function parseTraceparent(header: string | string[] | undefined): TraceParent | null {
  if (typeof header !== 'string' || header.length > 512) return null;
  const [, version, traceId, spanId, flags, more] = TRACEPARENT.exec(header) ?? [];
  if (traceId === undefined || spanId === undefined || (version === '00' && more !== undefined)) return null;
  return { traceId, spanId, sampled: (Number.parseInt(flags ?? '', 16) & 1) === 1 };
}
