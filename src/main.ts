import 'reflect-metadata';
import { loadConfig } from './config.ts';
import { loadEnvFile } from './load-env-file.ts';
import { operatorMessage } from './operator-message.ts';
import { serve } from './serve.ts';
import { keepMemorySteady } from './steady-memory.ts';

try {
  keepMemorySteady();
  loadEnvFile();
  await serve(loadConfig());
} catch (error) {
  console.error(operatorMessage(error));
  process.exitCode = 1;
}
