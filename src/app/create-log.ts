import { existsSync, readFileSync } from 'node:fs';
import { randomStringSource } from '../../libs/kernel/random-string.ts';
import type { LogDestination } from '../platform/log/buffered-output.ts';
import { ServiceLog, type LogSettings } from '../platform/log/service-log.ts';

/** Enough to tell the instances of a day apart: 36^8 ids. */
const INSTANCE_ID_LENGTH = 8;
const instanceId = randomStringSource('abcdefghijklmnopqrstuvwxyz0123456789');

/** From src/app and from dist/src/app. */
const PACKAGE_FILES = ['../../package.json', '../../../package.json'].map((path) => new URL(path, import.meta.url));

/**
 * The log of this process, in whose lines stand an id of its own, made at each start, and the version of the service.
 *
 * @param destination of the lines, if not stdout.
 */
export function createLog(settings: LogSettings, destination?: LogDestination): ServiceLog {
  return new ServiceLog(
    settings,
    { instance: instanceId(INSTANCE_ID_LENGTH), version: versionOfService() },
    destination,
  );
}

function versionOfService(): string {
  const file = PACKAGE_FILES.find((candidate) => existsSync(candidate));
  if (file === undefined) return 'unknown';
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
