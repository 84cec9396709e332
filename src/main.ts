import 'reflect-metadata';
import { loadConfig, loadEnvFile } from './config.ts';
import { errorMessage } from './cli/error-message.ts';
import { serve } from './app/serve.ts';
import { keepMemorySteady } from './steady-memory.ts';

try {
  keepMemorySteady();
  loadEnvFile();
  await serve(loadConfig());
} catch (error) {
  console.error(errorMessage(error));
  process.exitCode = 1;
}
