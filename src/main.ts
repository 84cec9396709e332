import 'reflect-metadata';
import { loadConfig, loadEnvFile } from './config.ts';
import { errorMessage } from './cli/error-message.ts';
import { serve } from './app/serve.ts';

try {
  loadEnvFile();
  await serve(loadConfig());
} catch (error) {
  console.error(errorMessage(error));
  process.exitCode = 1;
}
