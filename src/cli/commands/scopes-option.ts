import { InvalidArgumentError, Option } from 'commander';
import { parseScopes } from '../../platform/access/parse-scopes.ts';
import type { Scopes } from '../../platform/access/scopes.ts';
import type { Given } from './rate-limit-option.ts';

/** Gives {@link Given} of {@link Scopes}. */
export const scopesOption = (): Option =>
  new Option(
    '--scopes <scopes>',
    'what it may do: write, read, support, all, or names such as timeline:read,audit:read',
  ).argParser((text): Given<Scopes> => {
    const parsed = parseScopes(text);
    if ('problem' in parsed) throw new InvalidArgumentError(parsed.problem);
    return { value: parsed.scopes };
  });
