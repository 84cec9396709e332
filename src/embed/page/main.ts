import { html, LitElement } from 'lit';

/** The timeline of one customer: the page at /embed/timeline is this element in full size. */
export class CustomerTimeline extends LitElement {
  override render() {
    return html`<main></main>`;
  }
}

customElements.define('customer-timeline', CustomerTimeline);
