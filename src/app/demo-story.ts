import { JsonText } from '../../libs/json-payload/json-text.ts';
import { instantFromMillis, type Instant } from '../../libs/time/instant.ts';
import type { EventDraft } from '../customer-events/domain/customer-event.ts';
import type { DisplayRule } from '../event-types/domain/display-rule.ts';

/** What happened to the customer of the demo, and when: minutes before the ticket. */
type Scene = readonly [minutesBefore: number, type: string, payload?: object];

const DAY = 1_440;
const HOUR = 60;

/** The ticket was opened so many minutes ago, so that there is something after it. */
const TICKET_MINUTES_AGO = 45;

export const TICKET_TYPE = 'ticket.opened';

const page = (path: string): object => ({ path });
const amount = { amountCents: 24_500, currency: 'USD' };

/** A trial that went well, a renewal that did not, and a customer who asks why. */
const SCENES: readonly Scene[] = [
  [14 * DAY + 130, 'user.signed_up', { plan: 'Trial', source: 'Website' }],
  [14 * DAY + 125, 'trial.started', { plan: 'Pro', days: 14 }],
  [14 * DAY + 118, 'page.viewed', page('/getting-started')],
  [14 * DAY + 112, 'page.viewed', page('/import')],
  [14 * DAY + 96, 'feature.used', { feature: 'CSV import', rows: 1_240 }],
  [14 * DAY + 90, 'page.viewed', page('/contacts')],
  [11 * DAY + 300, 'user.logged_in', { browser: 'Firefox' }],
  [11 * DAY + 290, 'feature.used', { feature: 'Reports' }],
  [11 * DAY + 271, 'member.invited', { name: 'Grace Hopper', role: 'Editor' }],
  [11 * DAY + 200, 'member.invited', { name: 'Edsger Dijkstra', role: 'Viewer' }],
  [7 * DAY + 420, 'user.logged_in', { browser: 'Firefox' }],
  [7 * DAY + 415, 'page.viewed', page('/reports/weekly')],
  [7 * DAY + 410, 'page.viewed', page('/reports/weekly?group=team')],
  [7 * DAY + 407, 'page.viewed', page('/settings/plan')],
  [7 * DAY + 400, 'plan.upgraded', { from: 'Trial', to: 'Pro', seats: 5 }],
  [7 * DAY + 399, 'invoice.paid', { invoice: 'INV-1001', ...amount, card: 'Visa, ends in 4242' }],
  [5 * DAY + 180, 'feature.used', { feature: 'Scheduled reports' }],
  [3 * DAY + 610, 'user.logged_in', { browser: 'Firefox' }],
  [3 * DAY + 600, 'export.failed', { report: 'Weekly', reason: 'timed out after 30 s' }],
  [3 * DAY + 590, 'export.finished', { report: 'Weekly', rows: 8_310 }],
  [2 * DAY + 95, 'plan.changed', { from: 5, to: 8 }],
  [DAY + 240, 'user.logged_in', { browser: 'Safari on iPhone' }],
  [DAY + 236, 'page.viewed', page('/dashboard')],
  [DAY + 231, 'page.viewed', page('/team')],
  [3 * HOUR, 'invoice.created', { invoice: 'INV-1002', amountCents: 39_200, currency: 'USD' }],
  [2 * HOUR, 'payment.failed', { invoice: 'INV-1002', amountCents: 39_200, currency: 'USD', reason: 'card declined' }],
  [2 * HOUR - 1, 'email.sent', { subject: 'Your payment did not go through', to: 'cus_demo@example.com' }],
  [32, 'user.logged_in', { browser: 'Firefox' }],
  [30, 'page.viewed', page('/settings/billing')],
  [26, 'page.viewed', page('/settings/billing/cards')],
  [22, 'page.viewed', page('/help/payments')],
  [0, TICKET_TYPE, { number: 4711, subject: 'My card was charged, or was it?' }],
  [-20, 'card.updated', { card: 'Visa, ends in 1881' }],
  [-22, 'payment.retried', { invoice: 'INV-1002', attempt: 2 }],
  [-23, 'invoice.paid', { invoice: 'INV-1002', amountCents: 39_200, currency: 'USD', card: 'Visa, ends in 1881' }],
];

/** The events of the demo, the oldest first, relative to a time in milliseconds since the Unix epoch. */
export function demoStory(customerExternalId: string, now: number): EventDraft[] {
  return SCENES.map(([minutesBefore, type, payload = {}], index) => ({
    customerExternalId,
    type,
    payload: new JsonText(JSON.stringify(payload)),
    occurredAt: instantAt(now, minutesBefore),
    eventId: `demo-${index + 1}`,
  }));
}

const instantAt = (now: number, minutesBefore: number): Instant =>
  instantFromMillis(now - (TICKET_MINUTES_AGO + minutesBefore) * 60_000);

const field = (label: string, name: string, as?: string) => ({ label, path: `payload.${name}`, ...(as && { as }) });
const INVOICE = field('Invoice', 'invoice');
const AMOUNT = field('Amount', 'amountCents', 'cents(payload.currency)');

/** In what words the page shows them. */
export const DEMO_RULES: ReadonlyMap<string, DisplayRule> = new Map<string, DisplayRule>([
  ['card.updated', { title: 'Card replaced', icon: 'credit-card', fields: [field('Card', 'card')] }],
  ['email.sent', { title: 'E-mail sent: {payload.subject}', icon: 'mail', fields: [field('To', 'to')] }],
  [
    'export.failed',
    {
      title: 'Export of {payload.report} failed',
      severity: 'warning',
      icon: 'download',
      fields: [field('Reason', 'reason')],
    },
  ],
  [
    'export.finished',
    { title: 'Export of {payload.report} finished', icon: 'download', fields: [field('Rows', 'rows')] },
  ],
  ['feature.used', { title: 'Used {payload.feature}', icon: 'zap' }],
  ['invoice.created', { title: 'Invoice made', icon: 'file-text', fields: [INVOICE, AMOUNT] }],
  [
    'invoice.paid',
    { title: 'Invoice paid', severity: 'success', icon: 'receipt', fields: [INVOICE, AMOUNT, field('Card', 'card')] },
  ],
  ['member.invited', { title: 'Invited {payload.name}', icon: 'user-plus', fields: [field('Role', 'role')] }],
  ['page.viewed', { title: 'Page viewed', icon: 'eye', quiet: true, fields: [field('Path', 'path')] }],
  [
    'payment.failed',
    {
      title: 'Payment failed: {payload.reason}',
      severity: 'error',
      icon: 'wallet',
      fields: [INVOICE, AMOUNT, field('Reason', 'reason')],
    },
  ],
  [
    'payment.retried',
    { title: 'Payment tried again', icon: 'refresh-cw', fields: [INVOICE, field('Attempt', 'attempt')] },
  ],
  ['plan.changed', { title: 'Seats changed from {payload.from} to {payload.to}', icon: 'users' }],
  [
    'plan.upgraded',
    {
      title: 'Upgraded from {payload.from} to {payload.to}',
      severity: 'success',
      icon: 'trending-up',
      fields: [field('Seats', 'seats')],
    },
  ],
  [TICKET_TYPE, { title: 'Ticket #{payload.number}: {payload.subject}', icon: 'ticket' }],
  ['trial.started', { title: 'Trial of {payload.plan} started', icon: 'rocket', fields: [field('Days', 'days')] }],
  ['user.logged_in', { title: 'Logged in', icon: 'log-in', quiet: true, fields: [field('Browser', 'browser')] }],
  ['user.signed_up', { title: 'Signed up', icon: 'user', fields: [field('Came from', 'source')] }],
]);
