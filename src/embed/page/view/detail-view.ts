import { html, nothing } from 'lit';
import { guard } from 'lit/directives/guard.js';
import type { EventDetail, EventEntry } from '../api/types.ts';
import type { Detail } from '../store/state.ts';
import { copyButton } from './copy.ts';
import { eventLink, eventReference, safeLink } from './event-reference.ts';
import { icon, iconOfRule, severityMark } from './icon.ts';
import { layOutPayload, MAX_PAYLOAD_CHARACTERS } from './payload-text.ts';
import { problemCode, problemText } from './problem-text.ts';
import { TEXTS } from './texts.ts';
import { arrivalText } from './times.ts';
import type { ViewContext } from './view-context.ts';

/** What `copy link` copies: a link to the desk, or else a line that names the event. */
export function sharedText({ state }: ViewContext, entry: EventEntry): string {
  return eventLink(state.head, entry.id) ?? eventReference(state.head, { ...entry, title: entry.display.title });
}

/** All of one event, as it stands below its entry or beside the list. */
export function detailBody(context: ViewContext, entry: EventEntry, detail: Detail) {
  return html`<div class="detail-body">
    ${fieldList(entry)} ${linkOf(entry)} ${payload(context, detail, entry)} ${facts(context, entry, detail.event)}
    ${copyButton(context, {
      what: `link ${entry.id}`,
      text: sharedText(context, entry),
      label: eventLink(context.state.head, entry.id) === null ? TEXTS.copyReference : TEXTS.copyLink,
      icon: 'link-2',
      isLabelled: true,
    })}
  </div>`;
}

/** The details beside the list. */
export function detailBeside(context: ViewContext, entry: EventEntry | null, detail: Detail | undefined) {
  if (entry === null || detail === undefined) return html`<p class="no-detail muted">${TEXTS.noDetail}</p>`;
  return html`<div class="detail-head">
      ${severityMark(entry.display.severity)}
      <h2 dir="auto">${iconOfRule(entry.display.icon)} ${entry.display.title}</h2>
      <button
        type="button"
        class="icon-button"
        aria-label=${TEXTS.close}
        title=${TEXTS.close}
        @click=${() => context.act.toggleEvent(entry.id)}
      >
        ${icon('x')}
      </button>
    </div>
    ${detailBody(context, entry, detail)}`;
}

const fieldList = ({ display }: EventEntry) =>
  display.fields.length === 0
    ? nothing
    : html`<dl class="fields">
        ${display.fields.map(
          ({ label, value }) =>
            html`<div>
              <dt dir="auto">${label}</dt>
              <dd dir="auto">${value}</dd>
            </div>`,
        )}
      </dl>`;

function linkOf({ display }: EventEntry) {
  const link = safeLink(display.url);
  if (link === null) return nothing;
  return html`<a class="event-link" href=${link.href} target="_blank" rel="noopener noreferrer"
    >${icon('external-link')}<span class="cut">${TEXTS.opensNewWindow(link.host)}</span></a
  >`;
}

function payload(context: ViewContext, detail: Detail, entry: EventEntry) {
  if (detail.status === 'failed') {
    const text = problemText(detail.problem);
    return html`<div class="notice">
      <p><strong>${text.title}.</strong> ${text.text}</p>
      <p class="code">${problemCode(detail.problem)}</p>
      ${
        text.canRetry
          ? html`<button type="button" class="button" @click=${() => context.store.openEvent(entry.id)}>
              ${TEXTS.tryAgain}
            </button>`
          : nothing
      }
    </div>`;
  }
  if (detail.event === null) return html`<p class="muted loading-payload">${TEXTS.payloadLoading}</p>`;
  const { payloadText } = detail.event;
  return html`<div class="payload">
    ${guard([payloadText], () => payloadLines(payloadText, entry.payloadBytes))}
    ${copyButton(context, { what: `payload ${entry.id}`, text: payloadText, label: payloadText.length > MAX_PAYLOAD_CHARACTERS ? TEXTS.copyAll : TEXTS.copyPayload })}
  </div>`;
}

function payloadLines(source: string, bytes: number) {
  const { parts, isCut } = layOutPayload(source);
  const part = ({ kind, text }: (typeof parts)[number]) =>
    kind === 'text' ? text : html`<span class="json-${kind}">${text}</span>`;
  return html`<pre dir="ltr" aria-label=${TEXTS.payload}><code>${parts.map(part)}</code></pre>
    ${isCut ? html`<p class="muted">${TEXTS.payloadCut(Math.ceil(bytes / 1_024))}</p>` : nothing}`;
}

function facts(context: ViewContext, entry: EventEntry, event: EventDetail | null) {
  const { times } = context;
  const { occurredAt, createdAt, id, type } = entry;
  const arrival = arrivalText(occurredAt, createdAt);
  const local = `${times.date(occurredAt)} ${times.exactClock(occurredAt)}`;
  return html`<dl class="facts">
    ${fact(TEXTS.occurred, html`<time datetime=${occurredAt}>${TEXTS.occurredAt(local, times.utcClock(occurredAt))}</time>`)}
    ${arrival === null ? nothing : fact(TEXTS.arrived, html`<time datetime=${createdAt}>${arrival}</time>`)}
    ${fact(TEXTS.type, html`<code dir="auto">${type}</code>`)}
    ${fact(
      TEXTS.id,
      html`<code>${id}</code>${copyButton(context, { what: `id ${id}`, text: id, label: TEXTS.copyId })}`,
    )}
    ${
      event?.eventId === undefined
        ? nothing
        : fact(
            TEXTS.eventId,
            html`<code dir="auto">${event.eventId}</code>${copyButton(context, {
                what: `eventId ${id}`,
                text: event.eventId,
                label: TEXTS.copyEventId,
              })}`,
          )
    }
  </dl>`;
}

const fact = (name: string, value: unknown) =>
  html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
