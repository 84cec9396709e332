import 'reflect-metadata';
import { loadEnvFile } from './config.ts';
import { commands } from './cli/commands/commands.ts';
import { errorMessage } from './cli/error-message.ts';

try {
  loadEnvFile();
  await commands().parseAsync();
} catch (error) {
  console.error(errorMessage(error));
  process.exitCode = 1;
}
