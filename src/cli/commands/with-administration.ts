import { KeyAdministration } from '../../api-keys/application/key-administration.ts';
import { operator } from '../operator.ts';
import { withService } from '../with-service.ts';
import type { Printed } from './print.ts';

/** What is done is recorded in the name of the operator. */
export const withAdministration = <T>(
  { json }: Printed,
  work: (administration: KeyAdministration) => Promise<T>,
): Promise<T> => withService({ json }, (service) => work(service.get(KeyAdministration).as(operator())));
