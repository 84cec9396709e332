/** An operator asked for something that cannot be done; the message says why. */
export class AdministrationError extends Error {}
