/** Nobody waits for the outcome any more: the client went away. What was asked has not been done. */
export class Abandoned extends Error {
  constructor() {
    super('the client went away');
    this.name = 'Abandoned';
  }
}

/** Asked right before work is done for somebody: true where nobody waits for it any more. */
export type IsAbandoned = () => boolean;

export const neverAbandoned: IsAbandoned = () => false;
