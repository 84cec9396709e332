import { randomStringSource } from '../../libs/kernel/random-string.ts';
import type { LogDestination } from '../platform/log/buffered-output.ts';
import { ServiceLog, type LogSettings } from '../platform/log/service-log.ts';
import { serviceVersion } from './version.ts';

/** Enough to tell the instances of a day apart: 36^8 ids. */
const INSTANCE_ID_LENGTH = 8;
const instanceId = randomStringSource('abcdefghijklmnopqrstuvwxyz0123456789');

/**
 * The log of this process, in whose lines stand an id of its own, made at each start, and the version of the service.
 *
 * @param destination of the lines, if not stdout.
 */
export function createLog(settings: LogSettings, destination?: LogDestination): ServiceLog {
  return new ServiceLog(settings, { instance: instanceId(INSTANCE_ID_LENGTH), version: serviceVersion() }, destination);
}
