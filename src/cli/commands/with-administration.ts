import { KeyAdministration } from '../../api-keys/application/key-administration.ts';
import { withService } from '../with-service.ts';

export const withAdministration = <T>(work: (administration: KeyAdministration) => Promise<T>): Promise<T> =>
  withService((service) => work(service.get(KeyAdministration)));
