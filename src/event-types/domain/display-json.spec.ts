import { describe, expect, it } from '@jest/globals';
import type { Instant } from '../../../libs/time/instant.ts';
import { DisplayJson } from './display-json.ts';
import { PayloadPaths } from './payload-values.ts';
import { isFault, parseTemplate, type Template } from './template.ts';

const templateOf = (text: string): Template => {
  const template = parseTemplate(text);
  if (isFault(template)) throw new Error(template.problem);
  return template;
};

function written(title: string, payload: string, url: string | null = null): string | null {
  const [titleTemplate, urlTemplate] = [templateOf(title), url === null ? null : templateOf(url)];
  const steps = [...titleTemplate.parts, ...(urlTemplate?.parts ?? [])].flatMap((part) =>
    typeof part === 'string' || part.path.root !== 'payload' ? [] : [part.path.steps],
  );
  const json = DisplayJson.of({
    ...{ title: titleTemplate, builtInTitle: 'T', severity: 'info', icon: null, url: urlTemplate, fields: [] },
    ...{ quiet: false, hidden: false },
  });
  const values = new PayloadPaths(steps).valuesOf(payload);
  const event = { type: 't', occurredAt: '2026-04-18T10:00:00Z' as Instant, customerName: null, payload: values };
  return json?.write(event) ?? null;
}

describe('the JSON of a display that is written without the display', () => {
  it('is there for usual values', () => {
    expect(written('Order {payload.id} "{payload.x|none}"', '{"id":"1042"}', 'https://shop.example/{payload.id}')).toBe(
      '{"title":"Order 1042 \\"none\\"","severity":"info","icon":null,"url":"https://shop.example/1042","fields":[],"quiet":false,"hidden":false}',
    );
  });

  it('is there for a title that has a value alone', () => {
    expect(written('{payload.id}', '{"id":"1042"}')).toContain('"title":"1042"');
  });

  it.each([
    ['a title of which nothing can be seen', '{payload.id} ', '{"id":""}', null],
    ['a quote in a value', 'Order {payload.id}', '{"id":"\\""}', null],
    ['a backslash in a value', 'Order {payload.id}', '{"id":"\\\\"}', null],
    ['a line break in a value', 'Order {payload.id}', '{"id":"a\\nb"}', null],
    ['a long value', 'Order {payload.id}', `{"id":"${'x'.repeat(201)}"}`, null],
    ['a title that gets too long', 'Order {payload.id} {payload.id}', `{"id":"${'x'.repeat(99)}"}`, null],
    ['a link without its value', 'Order', '{}', 'https://shop.example/{payload.id}'],
    ['a value in a link that has to be encoded', 'Order', '{"id":"a/b"}', 'https://shop.example/{payload.id}'],
    ['a dot in a link', 'Order', '{"id":"."}', 'https://shop.example/{payload.id}'],
    ['a percent sign in a link', 'Order', '{"id":"e"}', 'https://shop.example/%2{payload.id}'],
  ])('is left to the display for %s', (_what, title, payload, url) => {
    expect(written(title, payload, url)).toBeNull();
  });
});
