/** The process of `CommandRunner`: runs a program of `dist/src` anew for each message, with what it needs already loaded. */
const PROGRAMS = new URL('../../dist/src/', import.meta.url);
const { exit } = process;
let count = 0;

process.once('disconnect', () => exit());
process.on('message', async (message) => process.send(await run(message)));

async function run({ program, args, settings, folder }) {
  const { href } = new URL(program, PROGRAMS);
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
  process.chdir(folder);
  process.argv = [process.argv[0], href, ...args];
  // Another address is another module for Node: it is run again, and what it imports is not.
  await import(`${href}?${count++}`);
  return { code: code ?? process.exitCode ?? 0, ...printed };
}
