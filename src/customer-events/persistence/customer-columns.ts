import {
  column,
  fieldsWithout,
  instantColumn,
  jsonColumn,
  recordOfRow,
  selectList,
  type RecordColumns,
  type RowOf,
} from '../../platform/postgres/record-columns.ts';
import type { AllFields } from '../../../libs/kernel/all-fields.ts';
import type { Customer } from '../domain/customer.ts';

/** Each field of a customer, and the column of `customers` that holds it. */
export const CUSTOMER_COLUMNS = {
  id: column('id'),
  externalId: column('external_id'),
  email: column('email'),
  name: column('name'),
  phone: column<string | null>('phone'),
  avatarUrl: column<string | null>('avatar_url'),
  metadata: jsonColumn('metadata'),
  createdAt: instantColumn('created_at'),
  updatedAt: instantColumn('updated_at'),
} satisfies RecordColumns<Customer>;

/** What of a customer can change. */
export const CHANGED_FIELDS = fieldsWithout(CUSTOMER_COLUMNS, 'id', 'externalId', 'createdAt');

/** What a SELECT from `customers AS c` reads, for {@link customerOf}. */
export const SELECTED_CUSTOMER = selectList(CUSTOMER_COLUMNS, 'c');

export type CustomerColumns = RowOf<typeof CUSTOMER_COLUMNS>;

export const customerOf = (columns: CustomerColumns): AllFields<Customer> => recordOfRow(CUSTOMER_COLUMNS, columns);
