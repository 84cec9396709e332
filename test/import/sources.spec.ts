import { describe, expect, it } from '@jest/globals';
import { useFileImport } from '../support/file-import.ts';

/** A row of an export whose other columns are empty. */
function csvOf(header: string, rows: readonly Record<string, string>[], lineEnd = '\n'): string {
  const columns = header.split(',');
  for (const row of rows) for (const name of Object.keys(row)) expect(columns).toContain(name);
  const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = rows.map((row) => columns.map((name) => cell(row[name] ?? '')).join(','));
  return `${[header, ...lines].join(lineEnd)}${lineEnd}`;
}

/** The headers as these programs write them. */
const SHOPIFY_ORDERS =
  'Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,Shipping City,Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,Payment Method,Payment Reference,Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,Billing Province Name,Shipping Province Name,Payment ID,Payment Terms Name,Next Payment Due At,Payment References';
const SHOPIFY_CUSTOMERS =
  'Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Company,Default Address Address1,Default Address Address2,Default Address City,Default Address Province Code,Default Address Country Code,Default Address Zip,Default Address Phone,Phone,Accepts SMS Marketing,Total Spent,Total Orders,Note,Tax Exempt,Tags';
const STRIPE_CHARGES =
  'id,Description,Seller Message,Created date (UTC),Amount,Amount Refunded,Currency,Converted Amount,Converted Amount Refunded,Fee,Taxes On Fee,Converted Currency,Mode,Status,Statement Descriptor,Customer ID,Customer Description,Customer Email,Captured,Card ID,Card Last4,Card Brand,Card Funding,Card Name,Invoice ID,Transfer';
const STRIPE_SUBSCRIPTIONS =
  'id,Customer ID,Customer Description,Customer Email,Plan,Product,Quantity,Currency,Interval,Amount,Status,Created (UTC),Start Date (UTC),Current Period Start (UTC),Current Period End (UTC),Trial Start (UTC),Trial End (UTC),Application Fee Percent,Coupon,Tax Percent,Canceled At (UTC),Ended At (UTC)';
const WOOCOMMERCE_ORDERS =
  'order_id,order_number,order_date,paid_date,status,shipping_total,shipping_tax_total,fee_total,fee_tax_total,tax_total,cart_discount,order_discount,discount_total,order_total,order_subtotal,order_currency,payment_method,payment_method_title,transaction_id,customer_ip_address,customer_user_agent,shipping_method,customer_id,customer_user,customer_email,billing_first_name,billing_last_name,billing_company,billing_email,billing_phone,billing_address_1,billing_address_2,billing_postcode,billing_city,billing_state,billing_country,customer_note,wt_import_key,line_item_1,line_item_2';

describe('ready mappings read', () => {
  const files = useFileImport();

  const payloadsOf = async (externalId: string): Promise<string[]> =>
    (await files.stored(externalId)).map(([, , , payload]) => payload);

  it('orders and customers of Shopify', async () => {
    const customers = csvOf(
      SHOPIFY_CUSTOMERS,
      [
        {
          'Customer ID': "'7210448301122",
          'First Name': 'Ada',
          'Last Name': 'Lovelace',
          Email: 'ada@example.com',
          'Default Address Phone': "'+442079460000",
          'Total Spent': '99.90',
          Tags: 'vip, london',
        },
        { 'Customer ID': "'7210448301123", 'First Name': 'Grace', Email: 'grace@example.com' },
      ],
      '\r\n',
    );
    expect(await files.customers('customers_export.csv', customers, '--mapping', 'shopify-customers')).toMatchObject({
      created: 2,
      rejected: 0,
      warnings: [],
    });
    expect((await files.service.get('/customers/ada@example.com').expect(200)).body.data).toMatchObject({
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      phone: '+442079460000',
      metadata: { shopifyId: '7210448301122', tags: 'vip, london' },
    });

    const order = {
      Name: '#1001',
      Email: 'ada@example.com',
      'Financial Status': 'paid',
      'Fulfillment Status': 'fulfilled',
      Currency: 'EUR',
      Subtotal: '90.00',
      Shipping: '9.90',
      Taxes: '14.36',
      Total: '99.90',
      'Discount Amount': '0.00',
      'Created at': '2024-03-04 09:15:00 +0100',
      'Billing Name': 'Ada Lovelace',
      'Billing Zip': "'02138",
      'Payment Method': 'Shopify Payments',
      Id: '5551234567890',
    };
    const item = (quantity: string, name: string, price: string, sku: string) => ({
      'Lineitem quantity': quantity,
      'Lineitem name': name,
      'Lineitem price': price,
      'Lineitem sku': sku,
    });
    const orders = csvOf(SHOPIFY_ORDERS, [
      { ...order, ...item('2', 'Tea, green', '30.00', '0042') },
      {
        Name: '#1001',
        Email: 'ada@example.com',
        'Created at': '2024-03-04 09:15:00 +0100',
        ...item('1', 'Cup 6"', '30.00', 'C-1'),
      },
      {
        Name: '#1002',
        Email: 'new@example.com',
        'Created at': '2024-03-05 10:00:00 +0100',
        'Billing Name': 'New',
        Total: '5.00',
        ...item('1', 'Tea', '5.00', ''),
      },
    ]);
    const path = files.write('orders_export.csv', orders);
    const args = ['--mapping', 'shopify-orders', '--create-customers', path];
    expect(await files.run(path, ...args)).toMatchObject({
      status: 0,
      customers: { created: 1 },
      events: { lines: 2, created: 2 },
    });
    expect(await files.stored('ada@example.com')).toEqual([
      [
        'order.placed',
        '2024-03-04T08:15:00Z',
        expect.stringMatching(/^row-[0-9a-f]{24}$/),
        '{"orderId":"#1001","financialStatus":"paid","fulfillmentStatus":"fulfilled","currency":"EUR","subtotal":90.00,"shipping":9.90,"taxes":14.36,"total":99.90,"discountAmount":0.00,"items":[{"quantity":2,"name":"Tea, green","price":30.00,"sku":"0042"},{"quantity":1,"name":"Cup 6\\"","price":30.00,"sku":"C-1"}],"paymentMethod":"Shopify Payments"}',
      ],
    ]);
    expect(await files.run(path, ...args)).toMatchObject({ status: 0, events: { created: 0, replayed: 2 } });
  });

  it('charges and subscriptions of Stripe', async () => {
    const of = { 'Customer ID': 'cus_Stripe1', 'Customer Email': 'stripe@example.com', 'Customer Description': 'Ada' };
    const charges = csvOf(STRIPE_CHARGES, [
      {
        ...of,
        id: 'ch_1',
        'Created date (UTC)': '2024-03-04 09:15:00',
        Amount: '19.00',
        'Amount Refunded': '0.00',
        Currency: 'usd',
        Status: 'Paid',
        Fee: '0.85',
        'Invoice ID': 'in_1',
      },
      { id: 'ch_2', 'Created date (UTC)': '2024-03-04 09:16', Amount: '5.00', Status: 'Failed', Currency: 'usd' },
    ]);
    const path = files.write('payments.csv', charges);
    expect(await files.run(path, '--mapping', 'stripe-charges', '--create-customers', path)).toMatchObject({
      status: 2,
      customers: { created: 1, rejected: 1 },
      events: { created: 1, rejected: 1, errors: [{ line: 3, details: { customerExternalId: expect.any(Array) } }] },
    });
    const subscriptions = csvOf(STRIPE_SUBSCRIPTIONS, [
      {
        ...of,
        id: 'sub_1',
        Plan: 'pro',
        Quantity: '3',
        Interval: 'month',
        Amount: '49.00',
        Currency: 'usd',
        Status: 'active',
        'Created (UTC)': '2024-03-01 00:00',
        'Current Period End (UTC)': '2024-04-01 00:00',
      },
    ]);
    expect(await files.events('subscriptions.csv', subscriptions, '--mapping', 'stripe-subscriptions')).toMatchObject({
      created: 1,
    });
    expect((await files.stored('cus_Stripe1')).map(([type, at, , payload]) => [type, at, payload])).toEqual([
      [
        'subscription.created',
        '2024-03-01T00:00:00Z',
        '{"subscriptionId":"sub_1","plan":"pro","quantity":3,"currency":"usd","interval":"month","amount":49.00,"status":"active","currentPeriodEnd":"2024-04-01 00:00"}',
      ],
      [
        'charge.created',
        '2024-03-04T09:15:00Z',
        '{"chargeId":"ch_1","amount":19.00,"amountRefunded":0.00,"currency":"usd","fee":0.85,"status":"Paid","invoiceId":"in_1"}',
      ],
    ]);
  });

  it('orders of WooCommerce, in the time zone of the shop', async () => {
    const orders = csvOf(WOOCOMMERCE_ORDERS, [
      {
        order_number: '0042',
        order_date: '2024-07-01 12:00:00',
        status: 'completed',
        order_total: '88.00',
        order_currency: 'EUR',
        payment_method_title: 'Pay on delivery',
        customer_email: 'woo@example.com',
        billing_email: 'woo@example.com',
        billing_first_name: 'Wu',
        billing_last_name: 'Li',
        billing_phone: "'+49301234",
        line_item_1: 'name:Rice, Basmati|quantity:1|total:88.00',
        customer_ip_address: '192.0.2.1',
      },
    ]);
    const path = files.write('order_export.csv', orders);
    const args = ['--mapping', 'woocommerce-orders', '--time-zone', 'Europe/Berlin', '--create-customers', path];
    expect(await files.run(path, ...args)).toMatchObject({
      status: 0,
      customers: { created: 1 },
      events: { created: 1 },
    });
    expect((await files.stored('woo@example.com')).map(([type, at, , payload]) => [type, at, payload])).toEqual([
      [
        'order.placed',
        '2024-07-01T10:00:00Z',
        '{"orderId":"0042","status":"completed","total":88.00,"currency":"EUR","paymentMethod":"Pay on delivery","lineItem1":"name:Rice, Basmati|quantity:1|total:88.00"}',
      ],
    ]);
    expect((await files.service.get('/customers/woo@example.com')).body.data).toMatchObject({
      name: 'Wu Li',
      phone: '+49301234',
    });
  });

  it('our own export: into another environment, and back after a deletion', async () => {
    const events = [
      { type: 'a', occurredAt: '2024-01-01T00:00:00.123456Z', payload: { text: '\u2028', n: 1 }, eventId: 'own-1' },
      { type: 'b', occurredAt: '2024-01-02T00:00:00Z', payload: {} },
    ];
    for (const event of events)
      await files.service.post('/customer-events', { customerExternalId: 'user_42', ...event }).expect(201);
    const { text } = await files.service.get('/customers/user_42/events/export').expect(200);
    const before = await files.stored('user_42');
    await files.service.patch('/customers/moved', { email: 'moved@example.com', name: 'Moved' }).expect(201);
    const args = ['--mapping', 'customer-events-export', '--set'];
    const summary = await files.events('moved.ndjson', text, ...args, 'customerExternalId=moved');
    expect(summary).toMatchObject({ created: 2, rejected: 0 });
    const moved = await files.stored('moved');
    expect(moved.map(([type, at, , payload]) => [type, at, payload])).toEqual(
      before.map(([type, at, , payload]) => [type, at, payload]),
    );
    expect(moved[0]?.[2]).toBe('own-1');
    expect(await files.events('moved.ndjson', text, ...args, 'customerExternalId=moved')).toMatchObject({
      replayed: 2,
    });

    await files.service.delete('/customers/user_42').expect(200);
    await files.service.patch('/customers/user_42', { email: 'user_42@example.com', name: 'Back' }).expect(201);
    expect(await files.events('back.ndjson', text, ...args, 'customerExternalId=user_42')).toMatchObject({
      created: 1,
      errors: [{ line: 1, code: 'EVENT_ERASED' }],
    });
    await files.service.delete('/customers/user_42').expect(200);
    await files.service.patch('/customers/user_42', { email: 'user_42@example.com', name: 'Back' }).expect(201);
    const undeleted = await files.events(
      'undo.ndjson',
      text,
      ...args,
      'customerExternalId=user_42',
      '--ignore',
      'id',
      '--ignore',
      'eventId',
      '--event-id-from',
      'content',
    );
    expect(undeleted).toMatchObject({ created: 2, rejected: 0 });
    expect(await payloadsOf('user_42')).toEqual(before.map(([, , , payload]) => payload));
  });
});

describe('what a spreadsheet has done to a file', () => {
  const files = useFileImport();

  const CUSTOMERS = [
    'externalId,email,name,phone,,',
    '1.23457E+11,short@example.com,Shortened,,,',
    "'0042,quote@example.com,Apostrophe,'+49301,,",
    'twice,one@example.com,Twice,,,',
    ',,,,,',
    'twice,two@example.com,Twice,,,',
    'fine,fine@example.com,Fine,+1.5E+3,,',
  ].join('\r\n');

  it('is passed over and counted where it is empty, and a warning where ids are damaged', async () => {
    const summary = await files.customers('excel.csv', CUSTOMERS, '--dry-run');
    expect(summary).toMatchObject({ created: 4, updated: 1, passedOver: { emptyColumns: 2, emptyRows: 1 } });
    expect(summary.warnings).toEqual([
      { field: 'externalId', what: expect.stringContaining('shortened'), count: 1, lines: [2] },
      { field: 'externalId', what: expect.stringContaining('apostrophe'), count: 1, lines: [3] },
      { field: 'phone', what: expect.stringContaining('apostrophe'), count: 1, lines: [3] },
      { field: 'email', what: expect.stringContaining('an earlier line'), count: 1, lines: [6] },
    ]);
  });

  it('is refused with --strict', async () => {
    const summary = await files.customers('strict.csv', CUSTOMERS, '--strict');
    expect(summary).toMatchObject({ created: 2, updated: 0, rejected: 3 });
    expect(summary.errors.map(({ line, details }) => [line, Object.keys(details as object)])).toEqual([
      [2, ['externalId']],
      [3, ['externalId', 'phone']],
      [6, ['email']],
    ]);
  });

  it('is noticed in events too', async () => {
    const csv = 'customerExternalId,type,eventId,payload.n\nuser_42,a,1.2E+15,1\nuser_42,a,e-1,2\n';
    const strict = await files.events('strict.csv', csv, '--strict', '--dry-run');
    expect(strict).toMatchObject({
      created: 1,
      rejected: 1,
      errors: [{ line: 2, details: { eventId: [expect.any(String)] } }],
    });
    const csvOfCustomers = "customerExternalId,type\n'0042,a\n1.5E+12,a\n";
    const { warnings } = await files.events('warned.csv', csvOfCustomers, '--dry-run');
    expect(warnings.map(({ field, lines }) => [field, lines])).toEqual([
      ['customerExternalId', [2]],
      ['customerExternalId', [3]],
    ]);
  });
});
