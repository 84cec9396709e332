import { html, type TemplateResult } from 'lit';
import { icon } from './icon.ts';
import type { IconName } from './icon-shapes.ts';
import type { ViewContext } from './view-context.ts';

interface CopyButton {
  readonly what: string;
  readonly text: string;
  readonly label: string;
  /** Whether the label is shown beside the icon. */
  readonly isLabelled?: boolean;
  readonly icon?: IconName;
}

/** A button that copies, and shows for a moment that it did. */
export const copyButton = (context: ViewContext, button: CopyButton): TemplateResult => {
  const shape = icon(context.copied === button.what ? 'check' : (button.icon ?? 'copy'));
  const copy = () => context.act.copy(button.what, button.text);
  return button.isLabelled
    ? html`<button type="button" class="quiet-button" @click=${copy}>${shape}${button.label}</button>`
    : html`<button type="button" class="icon-button" aria-label=${button.label} title=${button.label} @click=${copy}>
        ${shape}
      </button>`;
};

/** Copies a text; false where the browser does not allow it, as in a frame without `allow="clipboard-write"`. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const focused = document.activeElement;
  const area = document.createElement('textarea');
  area.className = 'unseen';
  area.value = text;
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand('copy');
  area.remove();
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  return isCopied;
}
