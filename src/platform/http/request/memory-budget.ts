import { defineError } from '../../../../libs/kernel/domain-error.ts';

/** What is held for clients has reached the budget; it becomes free as responses are read. */
export const memoryBudgetReached = defineError('unavailable', 'SERVICE_UNAVAILABLE', () => ({
  message: 'The service holds as much for its clients as it may; send the request again, a large one in parts',
}));

/** Who holds no more than this may use the whole budget. */
const SMALL_BYTES = 262_144;
/** Of the budget, for those who hold more: the rest is left to small requests. */
const SHARE_OF_LARGE = 0.75;

/**
 * The bytes that are held on behalf of all clients: bodies that arrive or are worked on, streams, responses that are not
 * read yet. What a request holds is counted until its response has closed.
 */
export class MemoryBudget {
  private reserved = 0;

  constructor(private readonly bytes: number) {}

  get reservedBytes(): number {
    return this.reserved;
  }

  /**
   * @param held what the same request holds already.
   * @throws SERVICE_UNAVAILABLE, and then nothing is reserved.
   */
  reserve(bytes: number, held: number): void {
    const limit = held + bytes <= SMALL_BYTES ? this.bytes : this.bytes * SHARE_OF_LARGE;
    if (this.reserved + bytes > limit) throw memoryBudgetReached();
    this.reserved += bytes;
  }

  /** Counts what is there in any case. */
  add(bytes: number): void {
    this.reserved += bytes;
  }

  release(bytes: number): void {
    this.reserved -= bytes;
  }
}
