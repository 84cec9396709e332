import { InvalidArgumentError, Option } from 'commander';
import { MAX_EMBED_ORIGINS, parseEmbedOrigins } from '../../api-keys/domain/embed-origins.ts';

const NONE = 'none';

/** Gives the origins as browsers write them; `none`: an empty list. */
export const embedOriginsOption = (): Option =>
  new Option(
    '--embed-origins <origins>',
    `sites that may show its pages in a frame, at most ${MAX_EMBED_ORIGINS}: such as https://acme.zendesk.com,https://*.acme.com; none`,
  ).argParser((text): readonly string[] => {
    if (text === NONE) return [];
    const parsed = parseEmbedOrigins(text.split(','));
    if ('problems' in parsed) throw new InvalidArgumentError(parsed.problems.join('\n'));
    return parsed.origins;
  });
