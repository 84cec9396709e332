import 'reflect-metadata';
import { ConfigError } from './config.ts';
import { loadEnvFile } from './load-env-file.ts';
import { operatorCommands, OperatorError } from './operator-commands.ts';
import { keepMemorySteady } from './steady-memory.ts';

try {
  keepMemorySteady();
  loadEnvFile();
  await operatorCommands().parseAsync();
} catch (error) {
  console.error(error instanceof ConfigError || error instanceof OperatorError ? error.message : error);
  process.exitCode = 1;
}
