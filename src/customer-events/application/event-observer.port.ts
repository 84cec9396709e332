/** Is told of the events that are recorded, through whatever channel they came. */
export abstract class EventObserver {
  /** Of each event that is committed, also of one that was before. It must neither wait nor throw: a request does. */
  abstract recorded(appId: string, type: string): void;
}
