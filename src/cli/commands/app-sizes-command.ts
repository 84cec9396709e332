import type { Command } from 'commander';
import { KeyAdministration } from '../../api-keys/application/key-administration.ts';
import { CustomerDirectory } from '../../customer-events/application/customer-directory.ts';
import { withService } from '../with-service.ts';
import { jsonOption, print, type Printed } from './print.ts';

/** Adds `apps sizes`. */
export function addAppSizesCommand(apps: Command): void {
  apps
    .command('sizes')
    .description('how many customers and events each app has, and its share of the disk; of large tables estimated')
    .addOption(jsonOption())
    .action(async (options: Printed) => {
      const { apps: all, stored } = await withService(options, async (service) => ({
        apps: await service.get(KeyAdministration).listApps(),
        stored: await service.get(CustomerDirectory).sizes(),
      }));
      const sizes = all.map(({ id, slug }) => {
        const { customers, events, bytes } = stored.sizes.find(({ appId }) => appId === id) ?? NOTHING;
        return { id, slug, customers, events, bytes, counted: stored.isCounted };
      });
      print(options, sizes, sizes.map(sizeLine));
    });
}

const NOTHING = { customers: 0, events: 0, bytes: 0 };

function sizeLine({ slug, customers, events, bytes, counted }: typeof NOTHING & { slug: string; counted: boolean }) {
  const about = counted ? '' : 'about ';
  return `${slug}  ${about}${customers} customers  ${about}${events} events  about ${(bytes / 1_048_576).toFixed(1)} MiB`;
}
