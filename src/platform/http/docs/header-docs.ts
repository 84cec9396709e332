export const REQUEST_ID_HEADER = {
  'X-Request-Id': {
    description: 'Names this request in the logs: the one that was sent, if it was safe, or a new one.',
    schema: { type: 'string', example: '0b6d3a52-6c2c-4f9e-9d2b-0d6b0f6f2a11' },
  },
} as const;

export const RETRY_AFTER_HEADER = {
  'Retry-After': { description: 'Seconds after which to try again.', schema: { type: 'integer', example: 1 } },
} as const;

/** How the caller stands with its rate limit (draft-ietf-httpapi-ratelimit-headers). */
export const RATE_LIMIT_HEADERS = {
  RateLimit: {
    description: 'r: what is left (events where events are sent, else units), t: seconds until the window ends.',
    schema: { type: 'string', example: '"5000-per-5s";r=4999;t=5' },
  },
  'RateLimit-Policy': {
    description: 'q: events, or units, per window, w: its seconds.',
    schema: { type: 'string', example: '"5000-per-5s";q=5000;w=5' },
  },
} as const;
