import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { ICONS } from '../src/event-types/domain/icons.ts';
import { ICON_SHAPES } from '../src/embed/page/view/icon-shapes.ts';

const SCRIPT = new URL('../scripts/page-icons.js', import.meta.url).href;
const { ICON_SHAPES: FILE, iconShapes } = (await import(SCRIPT)) as { ICON_SHAPES: string; iconShapes: () => string };

it('the shapes of the icons are those that scripts/page-icons.js writes', () => {
  expect(readFileSync(FILE, 'utf8')).toBe(iconShapes());
});

it('every icon that a rule may name has a shape', () => {
  expect(ICONS.filter((name) => !Object.hasOwn(ICON_SHAPES, name))).toEqual([]);
  for (const path of Object.values(ICON_SHAPES)) expect(path).toMatch(/^[Mm][-\d., a-zA-Z]+$/);
});
