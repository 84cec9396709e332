let listening;

/**
 * Shows a timeline in a frame, and gives it another session when its own cannot be renewed any more. For another ticket
 * it is called again.
 *
 * @param {HTMLIFrameElement} frame
 * @param {() => Promise<string>} sessionUrl asks your backend for a session, and resolves to its `url`
 */
export async function showTimeline(frame, sessionUrl) {
  listening?.abort();
  const { signal } = (listening = new AbortController());
  const url = new URL(await sessionUrl());
  if (signal.aborted) return;
  const takeMessage = async ({ source, origin, data }) => {
    if (source !== frame.contentWindow || origin !== url.origin) return;
    if (data?.source !== 'customer-events' || data.kind !== 'tokenExpiring') return;
    const token = new URLSearchParams(new URL(await sessionUrl()).hash.slice(1)).get('t');
    frame.contentWindow.postMessage({ source: 'customer-events', v: 1, kind: 'token', token }, url.origin);
  };
  addEventListener('message', takeMessage, { signal });
  frame.src = url;
}
