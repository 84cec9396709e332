import { DomainError } from '../../../libs/kernel/domain-error.ts';
import { OperatorError } from '../error-message.ts';

/** @throws {OperatorError} with this message where there is no such thing. */
export async function orNotFound<T>(work: Promise<T>, message: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof DomainError && error.kind === 'not-found' ? new OperatorError(message) : error;
  }
}
