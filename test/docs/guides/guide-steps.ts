/** A command of a guide, and what the guide says that it prints. */
export interface GuideStep {
  /** `docs/api.md:42`, for messages. */
  readonly place: string;
  readonly command: string;
  /** Undefined: the guide shows no output. */
  readonly expected: string | undefined;
  /** `json`: white space outside strings does not count. */
  readonly format: 'json' | 'text';
}

export interface Guide {
  /** In their order; each runs after the one before it, in the same shell. */
  readonly steps: readonly GuideStep[];
  readonly blocksToRun: number;
  /** `docs/api.md:42: the reason`, for each block with a mark `<!-- not run: the reason -->` before it. */
  readonly leftOut: readonly string[];
}

interface Block {
  readonly place: string;
  readonly language: string;
  readonly text: string;
  readonly notRun: string | undefined;
}

const BLOCK = /^(?:<!-- not run: (?<notRun>.+) -->\n\n?)?(?<fence>`{3,})(?<language>\w*)\n(?<text>[^]*?)^\k<fence>$/gm;
const OUTPUT_LANGUAGES = ['json', 'ndjson', 'markdown', 'text'];

/**
 * Reads the commands out of a guide.
 *
 * - ```` ```sh ````: the whole block is one command; the output block (json, ndjson, markdown, text) that comes next,
 *   with no other block in between, is what it prints.
 * - ```` ```console ````: each line that begins with `$ ` is a command (`> ` continues it), and the lines below it are
 *   what it prints.
 * - Blocks in other languages are not run.
 *
 * @throws an output block that belongs to no command: nothing would compare it.
 */
export function readGuide(document: string, markdown: string): Guide {
  const blocks = blocksOf(document, markdown);
  const steps: GuideStep[] = [];
  const leftOut: string[] = [];
  let blocksToRun = 0;
  for (const [index, block] of blocks.entries()) {
    if (block.language !== 'sh' && block.language !== 'console') {
      requireCommand(block, blocks[index - 1]);
      continue;
    }
    if (block.notRun !== undefined) {
      leftOut.push(`${block.place}: ${block.notRun}`);
      continue;
    }
    blocksToRun++;
    steps.push(...(block.language === 'sh' ? [scriptStep(block, blocks[index + 1])] : consoleSteps(block)));
  }
  return { steps, blocksToRun, leftOut };
}

function blocksOf(document: string, markdown: string): Block[] {
  return [...markdown.matchAll(BLOCK)].map(({ index, groups }) => {
    const { language = '', text = '', notRun } = groups as Record<string, string | undefined>;
    const line = markdown.slice(0, index).split('\n').length;
    return { place: `${document}:${line}`, language, text: text.trimEnd(), notRun };
  });
}

function requireCommand(block: Block, before: Block | undefined): void {
  if (!OUTPUT_LANGUAGES.includes(block.language) || block.notRun !== undefined || before?.language === 'sh') return;
  throw new Error(`${block.place}: this output stands below no command, so nothing compares it`);
}

function scriptStep({ place, text }: Block, next: Block | undefined): GuideStep {
  const output = next !== undefined && OUTPUT_LANGUAGES.includes(next.language) ? next : undefined;
  return { place, command: text, expected: output?.text, format: output?.language === 'json' ? 'json' : 'text' };
}

function consoleSteps({ place, text }: Block): GuideStep[] {
  const steps: { command: string; output: string[] }[] = [];
  for (const line of text.split('\n')) {
    const step = steps.at(-1);
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), output: [] });
    else if (step === undefined) throw new Error(`${place}: a console block begins with a command ("$ …")`);
    else if (line.startsWith('> ') && step.output.length === 0) step.command += `\n${line.slice(2)}`;
    else step.output.push(line);
  }
  return steps.map(({ command, output }) => ({
    place,
    command,
    expected: output.length === 0 ? undefined : output.join('\n'),
    format: 'text',
  }));
}
