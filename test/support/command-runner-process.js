/** The process of `CommandRunner`: runs `dist/src/cli.js` anew for each message, with what it needs already loaded. */
const CLI = new URL('../../dist/src/cli.js', import.meta.url).href;
let count = 0;

process.on('message', async ({ args, settings }) => process.send(await run(args, settings)));

async function run(args, settings) {
  const printed = { stdout: '', stderr: '' };
  let code;
  for (const stream of ['stdout', 'stderr'])
    process[stream].write = (text) => {
      if (code === undefined) printed[stream] += text;
      return true;
    };
  // Commander ends the process. Here it goes on, and what is said of this error is not the command's.
  process.exit = (status) => {
    code ??= status ?? 0;
    throw new Error('the command has ended');
  };
  process.exitCode = undefined;
  process.env = settings;
  process.argv = [process.argv[0], CLI, ...args];
  // Another address is another module for Node: it is run again, and what it imports is not.
  await import(`${CLI}?${count++}`);
  return { code: code ?? process.exitCode ?? 0, ...printed };
}
