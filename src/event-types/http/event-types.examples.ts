export const RULE_EXAMPLE = {
  title: 'Order {payload.id}: {payload.total:money(payload.currency)}',
  severity: 'success',
  icon: 'package',
  url: 'https://shop.example/orders/{payload.id}',
  fields: [{ label: 'Total', path: 'payload.total', as: 'money(payload.currency)' }],
  mask: ['/card/number'],
};

export const EVENT_TYPE_EXAMPLES = {
  set: {
    two: {
      summary: 'Two rules',
      value: {
        rules: [
          { pattern: 'order.placed', rule: RULE_EXAMPLE },
          { pattern: 'page.*', rule: { quiet: true } },
        ],
      },
    },
  },
  preview: {
    madeUp: {
      summary: 'An event that is made up',
      value: {
        rule: { title: RULE_EXAMPLE.title },
        event: { type: 'order.placed', payload: { id: '1042', total: 99.9, currency: 'EUR' } },
      },
    },
    stored: {
      summary: 'An event that is stored',
      value: {
        rule: { title: RULE_EXAMPLE.title },
        event: { customerExternalId: 'user_42', id: 'cmo4a6nb40000xqbp1v5k2h8d' },
      },
    },
  },
};
