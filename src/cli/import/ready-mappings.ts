import { OperatorError } from '../error-message.ts';

/**
 * Mappings of the exports of well-known programs, by the columns that these had in 2025 and 2026, as YAML: a copy of one,
 * changed, is a mapping file. docs/importing.md has an example of each, which a test runs.
 */
export const READY_MAPPINGS: Readonly<Record<string, string>> = {
  'customer-events-export': `
# Our own export of a customer's events (GET /customers/{externalId}/events/export), NDJSON. It does not say whose events
# they are: --set customerExternalId=…
events:
  map:
    id: eventId # where the event has none
  ignore: [customerId, createdAt]
`,
  'shopify-orders': `
# Shopify, Orders > Export: a row for each item of an order. The customer is known by the address.
events:
  map:
    Email: customerExternalId
    Created at: occurredAt
    Name: payload.orderId
    Financial Status: payload.financialStatus
    Fulfillment Status: payload.fulfillmentStatus
    Currency: payload.currency
    Subtotal: payload.subtotal
    Shipping: payload.shipping
    Taxes: payload.taxes
    Total: payload.total
    Discount Code: payload.discountCode
    Discount Amount: payload.discountAmount
    Refunded Amount: payload.refundedAmount
    Payment Method: payload.paymentMethod
    Cancelled at: payload.cancelledAt
    Lineitem name: payload.items[].name
    Lineitem sku: payload.items[].sku
    Lineitem quantity: payload.items[].quantity
    Lineitem price: payload.items[].price
  set:
    type: order.placed
  ignore: ['*']
  group-by: Name
  event-id-from: Name
  text: [Name, Financial Status, Fulfillment Status, Currency, Discount Code, Payment Method, Cancelled at, Lineitem name, Lineitem sku]
  number: [Subtotal, Shipping, Taxes, Total, Discount Amount, Refunded Amount, Lineitem quantity, Lineitem price]
customers:
  map:
    Email: [externalId, email]
    Billing Name: name
    Shipping Name: name # where there is no billing name
  ignore: ['*']
`,
  'shopify-customers': `
# Shopify, Customers > Export. The customer is known by the address, as in the export of orders.
customers:
  map:
    Email: [externalId, email]
    First Name + Last Name: name
    Phone: phone
    Default Address Phone: phone # where there is no other
    Customer ID: metadata.shopifyId
    Tags: metadata.tags
  ignore: ['*']
  text: [Customer ID, Tags]
  strip-apostrophes: true
`,
  'stripe-charges': `
# Stripe, Payments > Export. Times are UTC. Payments without a customer are rejected.
events:
  map:
    Customer ID: customerExternalId
    Created date (UTC): occurredAt
    Created (UTC): occurredAt # of exports before 2022
    id: payload.chargeId
    Amount: payload.amount
    Amount Refunded: payload.amountRefunded
    Currency: payload.currency
    Fee: payload.fee
    Status: payload.status
    Description: payload.description
    Seller Message: payload.sellerMessage
    Invoice ID: payload.invoiceId
  set:
    type: charge.created
  ignore: ['*']
  event-id-from: id
  time-zone: UTC
  text: [id, Currency, Status, Description, Seller Message, Invoice ID]
  number: [Amount, Amount Refunded, Fee]
customers:
  map:
    Customer ID: externalId
    Customer Email: email
    Customer Description: name
    Card Name: name # where there is no description
  ignore: ['*']
`,
  'stripe-subscriptions': `
# Stripe, Subscriptions > Export. Times are UTC.
events:
  map:
    Customer ID: customerExternalId
    Created (UTC): occurredAt
    Start Date (UTC): occurredAt # where the export has no time of creation
    Start (UTC): occurredAt
    id: payload.subscriptionId
    Plan: payload.plan
    Product: payload.product
    Quantity: payload.quantity
    Interval: payload.interval
    Amount: payload.amount
    Currency: payload.currency
    Status: payload.status
    Coupon: payload.coupon
    Trial End (UTC): payload.trialEnd
    Current Period End (UTC): payload.currentPeriodEnd
    Canceled At (UTC): payload.canceledAt
    Ended At (UTC): payload.endedAt
  set:
    type: subscription.created
  ignore: ['*']
  event-id-from: id
  time-zone: UTC
  text: [id, Plan, Product, Interval, Currency, Status, Coupon, Trial End (UTC), Current Period End (UTC), Canceled At (UTC), Ended At (UTC)]
  number: [Quantity, Amount]
customers:
  map:
    Customer ID: externalId
    Customer Email: email
    Customer Name: name
    Customer Description: name # where the export has no name
  ignore: ['*']
`,
  'woocommerce-orders': `
# WooCommerce, orders as "Order Export & Order Import for WooCommerce" writes them: a row for each order, its items in columns.
# Times are those of the shop. The customer is known by the address.
events:
  map:
    billing_email: customerExternalId
    customer_email: customerExternalId # where there is no address on the bill
    order_date: occurredAt
    order_number: payload.orderId
    status: payload.status
    order_currency: payload.currency
    order_total: payload.total
    order_subtotal: payload.subtotal
    shipping_total: payload.shipping
    tax_total: payload.tax
    discount_total: payload.discount
    payment_method_title: payload.paymentMethod
    shipping_method: payload.shippingMethod
    customer_note: payload.customerNote
    line_item_1: payload.lineItem1
    line_item_2: payload.lineItem2
    line_item_3: payload.lineItem3
    line_item_4: payload.lineItem4
    line_item_5: payload.lineItem5
    line_item_6: payload.lineItem6
    line_item_7: payload.lineItem7
    line_item_8: payload.lineItem8
    line_item_9: payload.lineItem9
    line_item_10: payload.lineItem10
  set:
    type: order.placed
  ignore: ['*']
  event-id-from: order_number
  time-zone: ask
  text: [order_number, status, order_currency, payment_method_title, shipping_method, customer_note]
  number: [order_total, order_subtotal, shipping_total, tax_total, discount_total]
customers:
  map:
    billing_email: [externalId, email]
    customer_email: [externalId, email]
    billing_first_name + billing_last_name: name
    billing_phone: phone
  ignore: ['*']
  strip-apostrophes: true
`,
};

/** @throws {OperatorError} where there is none of this name. */
export function readyMapping(name: string): string {
  const mapping = READY_MAPPINGS[name];
  if (mapping !== undefined) return mapping.trimStart();
  throw new OperatorError(`There is no ready mapping "${name}"; there are ${Object.keys(READY_MAPPINGS).join(', ')}`);
}
