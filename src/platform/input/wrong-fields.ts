import type { DomainError } from '../../../libs/kernel/domain-error.ts';
import { isUnknownField } from './unknown-field.ts';

/** Stands for all fields that a client has named: such a name may be anything, a value or a secret, too. */
export const UNKNOWN_FIELD = '(unknown field)';

/**
 * The names of the fields because of which something was refused, each once; none where fields were not the reason.
 * They are our own names, so that they may stand in a log.
 */
export function wrongFields({ kind, details }: Pick<DomainError, 'kind'> & Partial<DomainError>): string[] {
  if (details === undefined) return [];
  switch (kind) {
    case 'too-large':
      return typeof details.field === 'string' ? [details.field] : [];
    case 'invalid':
    case 'conflict':
      return [...new Set(Object.entries(details).map(nameOf))];
    default:
      return [];
  }
}

function nameOf([field, problems]: [string, unknown]): string {
  return isUnknownField(String((problems as readonly unknown[])[0])) ? UNKNOWN_FIELD : field;
}
