import { describe, expect, it } from '@jest/globals';
import { misspeltSettings } from '../../src/platform/misspelt-settings.ts';

const SETTINGS = ['HOST', 'PORT', 'DATABASE_URL', 'DATABASE_CONNECT_TIMEOUT_MS', 'DATA_DIR', 'OTEL_TRACES_SAMPLER_ARG'];

describe('a name that is not a setting', () => {
  it.each([
    ['DATABASE_URI', 'DATABASE_URL'],
    ['DATABSE_URL', 'DATABASE_URL'],
    ['DATABASE_ULR', 'DATABASE_URL'],
    ['DATABASEURL', 'DATABASE_URL'],
    ['database_url', 'DATABASE_URL'],
    ['DATABASE_CONNECT_TIMEOUT', 'DATABASE_CONNECT_TIMEOUT_MS'],
    ['DATADIR', 'DATA_DIR'],
    ['PORTS', 'PORT'],
  ])('%s is taken for %s', (name, setting) => {
    expect(misspeltSettings([name], SETTINGS)).toEqual([{ name, setting }]);
  });

  it.each([
    ...['DATABASE_HOST', 'DATABASE_PORT', 'DATABASE_USER', 'DATABASE_SSL', 'DATABASE_NAME', 'TEST_DATABASE_URL'],
    ...['DATABASE_SERVICE_HOST', 'DATABASE_PORT_5432_TCP', 'POSTGRES_PORT', 'HOST_NAME', 'HOSTNAME', 'PGDATA'],
    ...['XDG_DATA_DIRS', 'OTEL_TRACES_SAMPLER', 'CUSTOMER_EVENTS_PORT', 'PATH', 'GITHUB_ACTIONS', ...SETTINGS],
  ])('%s is not taken for one', (name) => {
    expect(misspeltSettings([name], SETTINGS)).toEqual([]);
  });
});
