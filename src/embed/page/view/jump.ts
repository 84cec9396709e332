import type { Target, TimelineState } from '../store/state.ts';
import { isInSight, scrollToKey } from './scrolling.ts';

/** The line of the ticket has this key in the document. */
const TICKET = 'ticket';

interface Place {
  readonly scroller: HTMLElement;
  readonly target: Target | null;
  /** Whether the target has just been set. */
  readonly isNew: boolean;
  readonly isBeside: boolean;
  readonly newer: TimelineState['newer'];
  readonly headerHeight: number;
}

/** Takes the reader to where a jump leads. */
export class Jump {
  private waitsForNewer = false;

  /**
   * On a narrow page the customer scrolls with the list: at the top it stays in sight, as long as the ticket is in sight, too,
   * once that what came after the ticket is there.
   *
   * @returns whether the place was chosen; false: it is to be held.
   */
  goTo(place: Place): boolean {
    const { scroller, target, isNew, isBeside, newer } = place;
    if (isNew) this.waitsForNewer = target?.kind === 'ticket' && !isBeside && scroller.scrollTop === 0;
    if (!this.waitsForNewer) return isNew && scrollTo(place);
    if (newer.state === 'loading') return false;
    this.waitsForNewer = false;
    return scroller.scrollTop === 0 && !isInSight(scroller, TICKET) && scrollTo(place);
  }
}

function scrollTo({ scroller, target, headerHeight }: Place): boolean {
  if (target === null) return false;
  const hasLine = target.kind === 'ticket' && scroller.querySelector(`[data-key="${TICKET}"]`) !== null;
  const key = hasLine ? TICKET : target.key;
  if (key === null) scroller.scrollTop = 0;
  else scrollToKey(scroller, key, headerHeight);
  return true;
}
