import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ReadDataSource } from '../platform/postgres/read-data-source.ts';
import {
  SESSION_COLUMNS,
  sessionSettingsOf,
  unfitSession,
  type SessionColumns,
} from '../platform/postgres/session-settings.ts';
import type { UnfitSession } from '../platform/postgres/unfit-session.ts';

const ANSWER_WITHIN_MS = 1_000;
const VALID_FOR_MS = 1_000;
/** It is seen soon that the database is back. */
const FAILURE_VALID_FOR_MS = 100;

/** What the database has said of itself. */
export interface DatabaseStatus {
  /** It takes no writes: a standby. */
  readonly readOnly: boolean;
  /** The timestamp of the last migration that was applied, in milliseconds since 1970; 0: none was. */
  readonly schemaVersion: number;
  /** One of the two sessions that responded must not be used: behind a pooler, another one than was looked at first. */
  readonly unfitSession?: UnfitSession | undefined;
}

interface SessionState {
  readonly read_only: string;
}

interface StatusColumns extends SessionState {
  /** `bigint` is text in `pg`. */
  readonly schema_version: string | null;
}

const SESSION = `SELECT current_setting('transaction_read_only') AS read_only, ${SESSION_COLUMNS}`;
const SESSION_AND_VERSION = `${SESSION}, (SELECT max(m.timestamp) FROM migrations AS m) AS schema_version`;

/** Asks the database how it is, once a second however many want to know. */
@Injectable()
export class DatabaseState {
  /** The timestamp of the last migration that this build knows, in milliseconds since 1970. */
  readonly requiredVersion: number;
  private asked: { readonly status: Promise<DatabaseStatus>; readonly validUntil: number } | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly reading: ReadDataSource,
  ) {
    this.requiredVersion = lastMigrationOf(dataSource);
  }

  /**
   * What it said within the last second, over a connection that writes and one that reads.
   *
   * @throws where it cannot be reached, or does not respond within a second; also where all connections are taken for
   *   so long.
   */
  status(): Promise<DatabaseStatus> {
    if (this.asked === undefined || performance.now() >= this.asked.validUntil) {
      const asked = { status: this.ask(), validUntil: performance.now() + VALID_FOR_MS };
      asked.status.catch(() => (asked.validUntil = performance.now() + FAILURE_VALID_FOR_MS));
      this.asked = asked;
    }
    return this.asked.status;
  }

  private async ask(): Promise<DatabaseStatus> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no response within a second')), ANSWER_WITHIN_MS);
    });
    try {
      return await Promise.race([this.query(), tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }

  private async query(): Promise<DatabaseStatus> {
    const [[writing], [reading]] = (await Promise.all([
      this.dataSource.query(SESSION_AND_VERSION),
      this.reading.query(SESSION),
    ])) as [[StatusColumns & SessionColumns], [SessionState & SessionColumns]];
    return {
      readOnly: writing.read_only === 'on' || reading.read_only === 'on',
      schemaVersion: Number(writing.schema_version ?? 0),
      unfitSession:
        unfitSession(writing, sessionSettingsOf(this.dataSource)) ??
        unfitSession(reading, sessionSettingsOf(this.reading)),
    };
  }
}

/** Their names end in the timestamp by which TypeORM orders them. */
function lastMigrationOf({ options }: DataSource): number {
  const migrations = options.migrations as readonly { readonly name: string }[];
  return Math.max(0, ...migrations.map(({ name }) => Number(name.slice(-13))));
}
