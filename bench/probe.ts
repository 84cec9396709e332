/**
 * Loaded into every measured server (`node --import`): tells what the process has used. It counts
 * all threads, is exact to the microsecond, and works on every platform.
 */
export interface Usage {
  readonly cpuMicros: number;
  readonly rssBytes: number;
}

if (process.send !== undefined) {
  process.on('message', (question) => {
    if (question !== 'usage') return;
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMicros: user + system, rssBytes: process.memoryUsage.rss() } satisfies Usage);
  });
  // A server never outlives the benchmark.
  process.on('disconnect', () => process.exit());
  process.channel?.unref();
}
