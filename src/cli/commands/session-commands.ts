import { Command } from 'commander';
import { KeyAdministration } from '../../api-keys/application/key-administration.ts';
import { EmbedSessions } from '../../embed/application/embed-sessions.ts';
import { sessionState, type EmbedSession } from '../../embed/domain/embed-session.ts';
import { operator } from '../operator.ts';
import { withService } from '../with-service.ts';
import { isoOf } from './key-description.ts';
import { wholeNumber } from './number-option.ts';
import { orNotFound } from './or-not-found.ts';
import { jsonOption, print, type Printed } from './print.ts';
import { tableLines } from './table.ts';

const MAX_LISTED = 10_000;

interface ListOptions extends Printed {
  readonly app: string;
  readonly limit: number;
}

export function sessionCommands(): Command {
  const sessions = new Command('sessions').description('the embed sessions of an app: who may read which customer');
  sessions
    .command('list')
    .description('list the embed sessions of an app, the newest first; those that are over stay for seven days')
    .requiredOption('--app <slug>', 'whose sessions')
    .option('--limit <number>', `how many, up to ${MAX_LISTED}`, wholeNumber(1, MAX_LISTED), 100)
    .addOption(jsonOption())
    .action(list);
  sessions
    .command('revoke')
    .argument('<id>', 'the id that "sessions list" shows')
    .description('end an embed session: no instance lets it in ten seconds later')
    .addOption(jsonOption())
    .action(revoke);
  return sessions;
}

async function list(options: ListOptions): Promise<void> {
  const sessions = await withService(options, async (service) => {
    const { id } = await service.get(KeyAdministration).appOf(options.app);
    const listed: EmbedSession[] = [];
    for await (const session of service.get(EmbedSessions).list(id, options.limit)) listed.push(session);
    return listed;
  });
  print(options, sessions.map(describe), sessionLines(sessions, Date.now()));
}

async function revoke(id: string, options: Printed): Promise<void> {
  await withService(options, (service) =>
    orNotFound(service.get(EmbedSessions).end(id, null, operator()), `There is no embed session with the id "${id}"`),
  );
  print(options, { id, revoked: true }, [`revoked ${id}`]);
}

/** All of a session but its hash. */
function describe(session: EmbedSession) {
  const { createdAt, expiresAt, renewableUntil, revokedAt, lastSeenAt } = session;
  const times = { createdAt, expiresAt, renewableUntil, revokedAt, lastSeenAt };
  return {
    ...session,
    ...Object.fromEntries(Object.entries(times).map(([name, millis]) => [name, isoOf(millis)])),
    sha256: undefined,
  };
}

const HEADER = ['ID', 'STATE', 'CREATED', 'EXPIRES', 'RENEWABLE UNTIL', 'LAST SEEN', 'REQUESTS', 'VIEWER', 'CUSTOMER'];

/** Where nothing is known. */
const NONE = '-';

function sessionLines(sessions: readonly EmbedSession[], now: number): string[] {
  const rows = sessions.map((session) => [
    session.id,
    sessionState(session, now),
    ...[session.createdAt, session.expiresAt, session.renewableUntil, session.lastSeenAt].map(
      (millis) => isoOf(millis) ?? NONE,
    ),
    String(session.requests),
    session.viewerId ?? NONE,
    session.customerExternalId,
  ]);
  return tableLines(HEADER, rows);
}
