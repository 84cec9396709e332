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
      return [...new Set(Object.entries(details).filter(hasProblems).map(nameOf))];
    default:
      return [];
  }
}

/** Details may tell other things than what is wrong with fields. */
const hasProblems = (entry: [string, unknown]): entry is [string, unknown[]] => Array.isArray(entry[1]);

const nameOf = ([field, [problem]]: [string, unknown[]]): string =>
  isUnknownField(String(problem)) ? UNKNOWN_FIELD : field;
