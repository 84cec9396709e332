/**
 * Payloads of the size and shape of real webhooks: shops, invoicing, code review, support chats.
 * Built as texts where the text matters: money with its zeros, ids beyond 2^53, escapes.
 *
 * @returns [what it is, JSON text]
 */
export function webhookPayloads(): (readonly [string, string])[] {
  return [
    ['a small order', exact(pretty(order(1)))],
    ['an order of 20 lines', exact(order(20))],
    ['an order of 60 lines, indented', exact(pretty(order(60)))],
    ['an invoice', exact(invoice(4))],
    ['an invoice of a year, indented with tabs', exact(JSON.stringify(invoice(40), null, '\t'))],
    ['a pull request', JSON.stringify(pullRequest(1))],
    ['a pull request with 12 reviewers', pretty(pullRequest(12))],
    ['a subscription that changed', pretty(subscriptionUpdate())],
    ['a chat in many scripts', JSON.stringify(conversation(30))],
    ['the same chat, escaped to ASCII', escaped(JSON.stringify(conversation(12)))],
    ['a form with free field names', JSON.stringify(form())],
  ];
}

const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

/** `"#12.50"` becomes the number 12.50: JavaScript's own numbers cannot be written so. */
const exact = (value: unknown): string =>
  (typeof value === 'string' ? value : JSON.stringify(value)).replace(/"#(-?[\d.eE+-]+)"/g, '$1');

const escaped = (json: string): string =>
  json
    .replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replaceAll('/', '\\/');

const times = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n + 1));

const money = (cents: number): object => ({
  shop_money: { amount: `#${(cents / 100).toFixed(2)}`, currency_code: 'EUR' },
  presentment_money: { amount: (cents / 100).toFixed(2), currency_code: 'EUR' },
});

const address = (n: number): object => ({
  name: ['Zoë Müller-Lüdenscheidt', 'Łukasz Żółć', '山田 太郎', 'Nguyễn Thị Ánh', 'محمد الفارسي'][n % 5],
  company: null,
  address1: ['Straße des 17. Juni 135', 'ul. Świętokrzyska 31/33', '千代田区丸の内1丁目9−1'][n % 3],
  address2: '',
  zip: `0${1000 + n}`,
  latitude: '#52.51250000',
  longitude: '#-0.12764740',
});

function order(lines: number): object {
  return {
    id: `#${'820982911946154508'}`,
    admin_graphql_api_id: 'gid://shop/Order/820982911946154508',
    order_number: 1234,
    test: false,
    cancelled_at: null,
    created_at: '2021-12-31T19:00:00-05:00',
    note: 'Leave it with the neighbour \u{1F64F}\r\n"2nd floor", \\left\\ side\ttab',
    tags: '',
    client_details: {
      user_agent: 'Mozilla/5.0 (X11; Linux x86_64)',
      accept_language: 'de-DE,de;q=0.9',
      browser_height: 980,
    },
    total_price_set: money(39_890),
    tax_lines: [{ title: 'MwSt.', rate: '#0.19', price: '#63.690' }],
    billing_address: address(1),
    shipping_address: address(2),
    line_items: times(lines, (n) => ({
      id: `#${866550311766439020n + BigInt(n)}`,
      title: `Crème brûlée № ${n} – ½ l`,
      quantity: n,
      grams: '#567.0',
      gift_card: n % 2 === 0,
      price_set: money(n * 1_990),
      properties: n % 3 === 0 ? [] : [{ name: '_gravur', value: 'Für Oma ♥' }],
      discount_allocations: [],
      duties: n % 4 === 0 ? [{ harmonized_system_code: '0520', country_code_of_origin: 'CA' }] : [],
    })),
  };
}

function invoice(lines: number): object {
  return {
    id: 'evt_1Nv0FGQ9RKHgCVdK',
    object: 'event',
    api_version: '2024-04-10',
    created: 1_694_029_876,
    data: {
      object: {
        id: 'in_1MtHbELkdIwHu7ix',
        object: 'invoice',
        amount_due: '#1099.00',
        attempt_count: 0,
        auto_advance: true,
        custom_fields: null,
        customer_name: "Anna O'Neill & Söhne <GmbH>",
        default_tax_rates: [],
        lines: {
          object: 'list',
          data: times(lines, (n) => ({
            id: `il_${n}`,
            amount: n * 1_000,
            unit_amount_decimal: '#0.0000000000000000000000000001',
            description: `${n} × Platz (Monat ${n}/2024) — €\u00a0${n}0,00`,
            metadata: {},
            period: { start: 1_672_531_200 + n * 2_592_000, end: 1_675_123_200 + n * 2_592_000 },
            price: {
              id: `price_${n}`,
              recurring: { interval: 'month', interval_count: 1, trial_period_days: null },
              tiers_mode: null,
            },
            proration_details: { credited_items: null },
          })),
          has_more: false,
          url: '/v1/invoices/in_1MtHbELkdIwHu7ix/lines',
        },
        metadata: { crm_id: '000123', 'kunde.nr': '4711', '': 'no name' },
        total_excluding_tax: '#1e3',
      },
      previous_attributes: { lines: null, status: 'draft' },
    },
    livemode: false,
    request: { id: null, idempotency_key: null },
  };
}

const user = (n: number): object => {
  const url = `https://api.example.com/users/dev-${n}`;
  const links = [
    'followers',
    'following{/other_user}',
    'gists{/gist_id}',
    'starred{/owner}{/repo}',
    'events{/privacy}',
    'received_events',
  ];
  return {
    login: `dev-${n}`,
    id: 21_031_067 + n,
    node_id: 'MDQ6VXNlcjIxMDMxMDY3',
    gravatar_id: '',
    url,
    ...Object.fromEntries(links.map((link) => [`${link.replace(/\W.*/, '')}_url`, `${url}/${link}`])),
    type: 'User',
    site_admin: false,
  };
};

const repository = (): object => ({
  id: 186_853_002,
  full_name: 'dev-1/Hello-World',
  owner: user(1),
  ...Object.fromEntries(
    times(30, (n) => [`link_${n}_url`, `https://api.example.com/repos/dev-1/Hello-World/part-${n}{/sha}`]),
  ),
  description: null,
  fork: false,
  topics: ['größe', 'c++', '日本語'],
  license: { key: 'mit', spdx_id: 'MIT' },
});

function pullRequest(reviewers: number): object {
  const branch = (ref: string): object => ({
    label: `dev-1:${ref}`,
    ref,
    sha: 'ec26c3e57ca3a959ca5aad62de7213c562f8c821',
    user: user(1),
    repo: repository(),
  });
  return {
    action: 'review_requested',
    number: 2,
    pull_request: {
      id: 279_147_437,
      state: 'open',
      locked: false,
      title: 'Fix: `"` and \\ in paths ("C:\\new\\table") 🚀',
      body: '## Why\r\n\r\n* [x] `a < b && c > d`\r\n* [ ] <script>alert("no")</script>\r\n\r\n```js\nconst s = "\\u0000";\n```\u2028',
      assignee: null,
      requested_reviewers: times(reviewers, user),
      head: branch('änderungen/ü'),
      base: branch('main'),
      _links: { self: { href: 'https://api.example.com/pulls/2' }, html: { href: 'https://example.com/pull/2' } },
      mergeable: null,
      additions: 1,
    },
    sender: user(1),
  };
}

const subscriptionUpdate = (): object => ({
  event: 'subscription.updated',
  from: { plan: 'team', seats: 5, addons: { sso: false, audit: { retention: { days: 30 } } } },
  to: { plan: 'business', seats: 12, addons: { sso: true, audit: { retention: { days: 365, until: null } } } },
  history: times(12, (n) => ({
    at: `2024-${String(n).padStart(2, '0')}-01T00:00:00.000Z`,
    seats: n,
    by: { id: n, via: ['api', 'ui', 'support'][n % 3] },
  })),
});

const conversation = (messages: number): object => ({
  ticket: { id: 9_007_199_254_740_991, subject: 'Où est ma commande ? 📦' },
  messages: times(messages, (n) => ({
    at: 1_713_434_400_123 + n,
    from: n % 2 === 0 ? 'agent' : 'customer',
    text: [
      'Привет! Где мой заказ №1042? 😡😡',
      'お問い合わせありがとうございます。少々お待ちください🙇‍♀️',
      'שלום, ההזמנה שלי לא הגיעה \u200fעדיין\u200e',
      'नमस्ते, धन्यवाद 🙏🏽',
      'e\u0301 ≠ é, \ud83d\udc69\u200d\ud83d\udc69\u200d\ud83d\udc67, 𝔘𝔫𝔦𝔠𝔬𝔡𝔢, \u0001 \u007f \ufeff',
    ][n % 5],
    attachments: n % 4 === 0 ? [{ name: `foto (${n}).jpg`, bytes: n * 104_857, sha256: 'a'.repeat(64) }] : [],
  })),
});

const form = (): object => ({
  form_id: 'lT4Z3j',
  hidden: { utm_source: '', ref: null },
  answers: times(40, (n) => ({ [`Frage ${n}: wie zufrieden?`]: n % 10, constructor: n, [`${n}`]: [[], [{}], [[n]]] })),
  score: -0.5,
});
