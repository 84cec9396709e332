import { Command } from 'commander';
import { KeyAdministration } from '../../api-keys/application/key-administration.ts';
import { AppData } from '../../customer-events/application/app-data.ts';
import { operator } from '../operator.ts';
import { withService } from '../with-service.ts';
import { ExportFiles } from './export-files.ts';
import { countsText, PartProgress, type Counts } from './part-progress.ts';
import { jsonOption, print, type Printed } from './print.ts';

interface ExportOptions extends Printed {
  readonly slug: string;
  readonly output: string;
}

export const exportCommand = (): Command =>
  new Command('export')
    .description('write all customers and events of an app to files that "import" reads again')
    .requiredOption('--slug <slug>', 'which app')
    .requiredOption('--output <folder>', 'where customers.csv and events.ndjson go; it is made where it is not there')
    .addOption(jsonOption())
    .action(async ({ slug, output, json }: ExportOptions) => {
      const { counts, files } = await withService({ json }, (service) =>
        exportApp(service.get(KeyAdministration).as(operator()), service.get(AppData), slug, output),
      );
      const paths = { customers: files.customersPath, events: files.eventsPath };
      const how = `import ${paths.events} --app <slug> --create-customers ${paths.customers}`;
      print({ json }, { app: slug, ...counts, files: paths }, [countsText(counts), how]);
    });

/**
 * Holds about a mebibyte of customers, or a page of events, at a time.
 *
 * @throws {OperatorError} where the files cannot be written; SERVICE_UNAVAILABLE.
 */
async function exportApp(
  administration: KeyAdministration,
  data: AppData,
  slug: string,
  folder: string,
): Promise<{ counts: Counts; files: ExportFiles }> {
  const app = await administration.appOf(slug);
  const files = new ExportFiles(folder);
  await administration.recordExport(slug);
  const progress = new PartProgress('export');
  const counts = { customers: 0, events: 0 };
  for await (const part of data.export(app.id)) {
    if ('customers' in part) {
      files.addCustomers(part.customers);
      counts.customers += part.customers.length;
    } else {
      files.addEvents(part.customer, part.events);
      counts.events += part.events.length;
    }
    progress.note(counts);
  }
  files.finish();
  return { counts, files };
}
