import { LRUCache } from 'lru-cache';
import { atMost } from '../../../libs/kernel/at-most.ts';
import type { JsonText } from '../../../libs/json-payload/json-text.ts';
import type { Instant } from '../../../libs/time/instant.ts';
import { builtInSeverity, builtInTitle } from './built-in-display.ts';
import { DisplayJson, displayJson, type DisplaySource } from './display-json.ts';
import type { Display, DisplayRule, FieldRule, Severity } from './display-rule.ts';
import { Mask, parsePointer, type Pointer } from './mask.ts';
import { PayloadPaths } from './payload-values.ts';
import { plainLine } from './plain-text.ts';
import { patternsOf, ruleOfText, type RuleTexts } from './rule-set.ts';
import { isFault, needsOnlyType, NO_VALUE, parseField, parseTemplate, renderTitle, type Template } from './template.ts';
import { parseUrlTemplate, renderUrl } from './url-template.ts';
import { valueText, type ShownEvent, type ValuePlace } from './value-text.ts';
import type { PathStep, ValuePath } from './value-path.ts';

/** What an event needs to be displayed. */
export interface DisplayedEvent {
  readonly type: string;
  readonly occurredAt: Instant;
  readonly payload: JsonText;
}

/** What is known of an event by its type alone. */
export interface TypeDisplay {
  readonly severity: Severity;
  readonly icon: string | null;
  readonly quiet: boolean;
  readonly hidden: boolean;
  readonly description: string | null;
}

/** What holds for one type, its templates read. */
interface CompiledRule extends DisplaySource, TypeDisplay {
  readonly severity: Severity;
  /** Null: all displays are made with care. */
  readonly json: DisplayJson | null;
  /** All that the templates and fields show of a payload. */
  readonly payloadPaths: PayloadPaths;
  /** Null: nothing is masked. */
  readonly mask: Mask | null;
}

/** Of types that are displayed now; there may be any number. */
const MAX_TYPES_REMEMBERED = 2_000;
const NO_VALUES = new PayloadPaths([]).valuesOf('{}');

/**
 * The rules of one app, each read once. Of each field the most exact rule that has it counts: the one of the type, then those
 * of prefixes, the longest first, then `*`, then the built-in one.
 *
 * @param texts all of them valid. Of thousands, those of the types that are shown are parsed.
 */
export function compileRules(texts: RuleTexts): CompiledRules {
  return texts.size === 0 ? NO_RULES : new CompiledRules(texts);
}

export class CompiledRules {
  readonly hasRules: boolean;
  private readonly compiled = new LRUCache<string, CompiledRule>(atMost(MAX_TYPES_REMEMBERED));
  private readonly parsed = new Map<string, DisplayRule>();
  private mentionsCustomer: boolean | undefined;

  constructor(private readonly texts: RuleTexts) {
    this.hasRules = texts.size > 0;
  }

  /** Whether a rule shows something of the customer: only then that has to be read. */
  get showsCustomer(): boolean {
    return (this.mentionsCustomer ??= [...this.texts.values()].some((text) => text.includes('customer.')));
  }

  /** @param customerName for templates that show it; null: not known. */
  display(event: DisplayedEvent, customerName: string | null): Display {
    const rule = this.ruleOf(event.type);
    return displayBy(rule, shownEvent(rule, event, customerName));
  }

  /** The JSON of {@link display}. */
  displayJson(event: DisplayedEvent, customerName: string | null): string {
    const rule = this.ruleOf(event.type);
    const shown = shownEvent(rule, event, customerName);
    return rule.json?.write(shown) ?? displayJson(displayBy(rule, shown));
  }

  ofType(type: string): TypeDisplay {
    const { severity, icon, quiet, hidden, description } = this.ruleOf(type);
    return { severity, icon, quiet, hidden, description };
  }

  /** A title that needs no payload: the rule's, where its template shows nothing else, or the built-in one. */
  titleOfType(type: string): string {
    const { title, builtInTitle: builtIn } = this.ruleOf(type);
    if (title === null || !needsOnlyType(title)) return builtIn;
    const event = { type, occurredAt: '' as Instant, customerName: null, payload: NO_VALUES };
    return renderTitle(title, event) || builtIn;
  }

  /** The payload without what the rules mask. */
  mask(type: string, payload: JsonText): JsonText {
    const { mask } = this.ruleOf(type);
    return mask === null ? payload : mask.applyTo(payload);
  }

  /** Field by field, what the rules say of a type; what none says is not there. */
  effective(type: string): DisplayRule {
    const effective: Record<string, unknown> = {};
    for (const pattern of patternsOf(type)) {
      for (const [field, value] of Object.entries(this.parsedRule(pattern))) {
        if (value !== undefined && !Object.hasOwn(effective, field)) effective[field] = value;
      }
    }
    return effective;
  }

  /** One without fields where there is none for the pattern. A rule of many types is parsed once, however large it is. */
  private parsedRule(pattern: string): DisplayRule {
    const text = this.texts.get(pattern);
    if (text === undefined) return {};
    let rule = this.parsed.get(pattern);
    if (rule === undefined) this.parsed.set(pattern, (rule = ruleOfText(text)));
    return rule;
  }

  private ruleOf(type: string): CompiledRule {
    let rule = this.compiled.get(type);
    if (rule === undefined) {
      rule = compiledRule(type, this.effective(type));
      this.compiled.set(type, rule);
    }
    return rule;
  }
}

/** Most apps have no rules: they share what is remembered of types, which are the same for all then. */
const NO_RULES = new CompiledRules(new Map());

const shownEvent = (
  { payloadPaths }: CompiledRule,
  { type, occurredAt, payload }: DisplayedEvent,
  customerName: string | null,
): ShownEvent => ({ type, occurredAt, customerName, payload: payloadPaths.valuesOf(payload.text) });

function displayBy(rule: CompiledRule, event: ShownEvent): Display {
  const { title, builtInTitle, severity, icon, url, fields, quiet, hidden } = rule;
  return {
    title: (title === null ? '' : renderTitle(title, event)) || builtInTitle,
    severity,
    icon,
    url: url === null ? null : renderUrl(url, event),
    fields: fields.map(({ label, place }) => ({ label, value: plainLine(valueText(place, event) ?? NO_VALUE) })),
    quiet,
    hidden,
  };
}

function compiledRule(type: string, rule: DisplayRule): CompiledRule {
  const title = read(rule.title, parseTemplate);
  const url = read(rule.url, parseUrlTemplate);
  const fields = (rule.fields ?? []).flatMap(compiledField);
  const places = [...(title?.parts ?? []), ...(url?.parts ?? []), ...fields.map(({ place }) => place)];
  const pointers = pointersOf(rule.mask ?? []);
  const source = {
    title,
    builtInTitle: builtInTitle(type),
    severity: rule.severity ?? builtInSeverity(type),
    icon: rule.icon ?? null,
    url,
    fields,
    quiet: rule.quiet ?? false,
    hidden: rule.hidden ?? false,
  };
  return {
    ...source,
    json: DisplayJson.of(source),
    payloadPaths: new PayloadPaths(places.flatMap(payloadSteps)),
    mask: pointers.length === 0 ? null : new Mask(pointers),
    description: rule.description ?? null,
  };
}

/** What was stored was checked; what an older or newer version would not take is left out rather than fails a read. */
function read(text: string | undefined, parse: (text: string) => Template | object): Template | null {
  const template = text === undefined ? null : parse(text);
  return template === null || isFault(template) ? null : (template as Template);
}

function compiledField({ label, path, as }: FieldRule): { label: string; place: ValuePlace }[] {
  const place = parseField(path, as);
  return isFault(place) ? [] : [{ label: plainLine(label), place }];
}

/** The paths in the payload that a part of a template shows, and that of its currency. */
function payloadSteps(part: string | ValuePlace): (readonly PathStep[])[] {
  if (typeof part === 'string') return [];
  const { path, format } = part;
  const paths: ValuePath[] = format === null || format.name === 'date' ? [path] : [path, format.currency];
  return paths.flatMap((shown) => (shown.root === 'payload' ? [shown.steps] : []));
}

const pointersOf = (mask: readonly string[]): Pointer[] =>
  mask.map(parsePointer).filter((pointer): pointer is Pointer => pointer !== null);
