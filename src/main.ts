import 'reflect-metadata';
import cluster from 'node:cluster';
import { loadConfig, loadEnvFile } from './config.ts';
import { errorMessage } from './cli/error-message.ts';
import { createLog } from './app/create-log.ts';
import { runProcesses, tellReady } from './app/processes.ts';
import { serve } from './app/serve.ts';

try {
  loadEnvFile();
  const config = loadConfig();
  if (config.processes > 1 && cluster.isPrimary) {
    runProcesses(config.processes, config.operationsPort, createLog(config));
  } else {
    await serve(config);
    tellReady();
  }
} catch (error) {
  console.error(errorMessage(error));
  process.exitCode = 1;
  // Its channel to the process that started it would keep this one running.
  cluster.worker?.disconnect();
}
