import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Severity } from '../api/types.ts';
import { ICON_SHAPES, type IconName } from './icon-shapes.ts';
import { TEXTS } from './texts.ts';

/** An icon for the eye only: what it means is said beside it. */
export const icon = (name: IconName): TemplateResult =>
  html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">${svg`<path d=${ICON_SHAPES[name]}></path>`}</svg>`;

/** The icon of a rule; nothing where the page does not know it. */
export const iconOfRule = (name: string | null) =>
  name !== null && Object.hasOwn(ICON_SHAPES, name) ? icon(name as IconName) : nothing;

const SHAPES: Record<Severity, IconName> = {
  info: 'dot',
  success: 'circle-check',
  warning: 'triangle-alert',
  error: 'octagon-x',
};

/** The severity by shape and colour; said to screen readers too, unless the title beside it says it. */
export const severityMark = (severity: Severity, isSaid = false) =>
  html`<span class="mark ${severity}"
    >${icon(SHAPES[severity])}${isSaid ? html`<span class="unseen">${TEXTS.severity[severity]}: </span>` : nothing}</span
  >`;
