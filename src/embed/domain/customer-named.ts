/** By what a host names the customer of a ticket. */
export type CustomerNamed = { readonly externalId: string } | { readonly email: string };
