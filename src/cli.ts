import 'reflect-metadata';
import { loadEnvFile } from './load-env-file.ts';
import { operatorCommands } from './operator-commands.ts';
import { operatorMessage } from './operator-message.ts';
import { keepMemorySteady } from './steady-memory.ts';

try {
  keepMemorySteady();
  loadEnvFile();
  await operatorCommands().parseAsync();
} catch (error) {
  console.error(operatorMessage(error));
  process.exitCode = 1;
}
