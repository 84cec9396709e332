import 'reflect-metadata';
import { ConfigError, loadConfig } from './config.ts';
import { loadEnvFile } from './load-env-file.ts';
import { serve } from './serve.ts';
import { keepMemorySteady } from './steady-memory.ts';

try {
  keepMemorySteady();
  loadEnvFile();
  await serve(loadConfig());
} catch (error) {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
}
