import { html, nothing } from 'lit';
import type { Head } from '../api/types.ts';
import { copyButton } from './copy.ts';
import { icon, severityMark } from './icon.ts';
import { TEXTS } from './texts.ts';
import { relativeText } from './times.ts';
import type { ViewContext } from './view-context.ts';

/** Who the customer is, and what of it is not certain. */
export function customerLine(context: ViewContext, { customer, session }: Head) {
  const { times } = context;
  return html`<header class="customer">
    <div class="customer-name">
      <h1 dir="auto">${customer.name ?? customer.email ?? customer.externalId}</h1>
      ${customer.plan === null ? nothing : html`<span class="plan" dir="auto">${customer.plan}</span>`}
    </div>
    <div class="customer-ids">
      ${
        customer.email === null || customer.name === null
          ? nothing
          : idOf(context, 'email', customer.email, TEXTS.email, TEXTS.copyEmail)
      }
      ${idOf(context, 'externalId', customer.externalId, TEXTS.externalId, TEXTS.copyExternalId)}
      ${
        session.matchedBy === 'email'
          ? html`<span class="chip caution">${icon('mail')}${TEXTS.matchedByEmail}</span>`
          : nothing
      }
      ${
        session.at === null
          ? nothing
          : html`<span class="chip">${icon('ticket')}${TEXTS.asOfTicket(times.dateAndClock(session.at))}</span>`
      }
    </div>
  </header>`;
}

const idOf = (context: ViewContext, what: string, text: string, label: string, copyLabel: string) =>
  html`<span class="customer-id"
    ><span class="unseen">${label}: </span><span class="cut" dir="auto" title=${text}>${text}</span>${copyButton(
      context,
      {
        what,
        text,
        label: copyLabel,
      },
    )}</span
  >`;

/** Warnings and errors that the reader should know first: each leads to the latest event of its type. */
export function attentionList({ state, store, now }: ViewContext, { attention, session }: Head) {
  if (attention.length === 0) return nothing;
  const line = ({ title, severity, count, eventId, last }: Head['attention'][number]) =>
    html`<li>
      <button type="button" class="attention-line ${severity}" @click=${() => store.goToEvent(eventId)}>
        ${severityMark(severity, true)}<span class="cut" dir="auto">${TEXTS.attentionCount(title, count)}</span
        ><span class="when">${relativeText(last, session.at, now)}</span>${icon('chevron-right')}
      </button>
    </li>`;
  return html`<section class="attention" aria-label=${TEXTS.attention}>
    <ul aria-busy=${state.status === 'starting'}>
      ${attention.slice(0, 3).map(line)}
    </ul>
  </section>`;
}
