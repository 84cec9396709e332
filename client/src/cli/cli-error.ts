/** What a person can understand and put right: its message is printed alone, without a stack. */
export class CliError extends Error {}
