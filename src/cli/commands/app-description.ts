import { formatRetentionRules } from '../../../libs/retention/retention-rules.ts';
import type { App } from '../../api-keys/domain/api-key.ts';
import { isoOf } from './key-description.ts';
import { describeLimits, limitsText } from './rate-limit-option.ts';

/** All of an app. */
export function describeApp(app: App) {
  const { id, slug, name, createdAt, suspendedAt, deletionStartedAt, retention, embedOrigins } = app;
  return {
    ...{ id, slug, name, createdAt: isoOf(createdAt) },
    ...{ suspendedAt: isoOf(suspendedAt), deletionStartedAt: isoOf(deletionStartedAt) },
    ...(retention.length === 0 ? {} : { retention: formatRetentionRules(retention) }),
    ...(embedOrigins.length === 0 ? {} : { embedOrigins }),
    ...describeLimits(app),
  };
}

/** The same as a line, without what is usual. */
export const appLine = (app: App): string =>
  `${app.id}  ${app.slug}  ${app.name}${limitsText(describeLimits(app))}${retentionText(app)}${originsText(app)}${stateText(app)}`;

const retentionText = ({ retention }: App): string =>
  retention.length === 0 ? '' : `  keeps ${formatRetentionRules(retention)}`;

const originsText = ({ embedOrigins }: App): string =>
  embedOrigins.length === 0 ? '' : `  shown by ${embedOrigins.join(',')}`;

function stateText({ suspendedAt, deletionStartedAt }: App): string {
  if (deletionStartedAt !== null) return `  being deleted since ${isoOf(deletionStartedAt)}`;
  return suspendedAt === null ? '' : `  suspended since ${isoOf(suspendedAt)}`;
}
