/** Of all services and commands in tests that do not set another one. */
export const ERASURE_SECRET = 'a secret of thirty-two characters';
