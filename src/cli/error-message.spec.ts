import { describe, expect, it } from '@jest/globals';
import { storageUnavailable } from '../platform/postgres/storage-unavailable.ts';
import { UnfitSession } from '../platform/postgres/unfit-session.ts';
import { errorMessage } from './error-message.ts';

describe('What a command says of an error', () => {
  it('is what to set where a session of the database cannot be used', () => {
    const error = storageUnavailable(new UnfitSession('Sessions are shared', 'Set A_SETTING=false.'));
    expect(errorMessage(error)).toBe('Sessions are shared. Set A_SETTING=false.');
  });

  it('is why the database cannot be reached', () => {
    const error = storageUnavailable(new Error('connect ECONNREFUSED'));
    expect(errorMessage(error)).toBe('The database cannot be reached: connect ECONNREFUSED');
  });
});
