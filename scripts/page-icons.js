import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT } from './dist.js';

const VIEW = join('src', 'embed', 'page', 'view');

/** What this script writes. */
export const ICON_SHAPES = join(ROOT, VIEW, 'icon-shapes.ts');

/** What the page itself shows, besides the icons that a rule may name. */
const OF_THE_PAGE = [
  ...[
    'arrow-up',
    'arrow-up-to-line',
    'chevron-down',
    'chevron-right',
    'copy',
    'ellipsis',
    'external-link',
    'list-filter',
  ],
  ...['keyboard', 'octagon-x', 'wifi-off', 'x', 'calendar-days', 'dot', 'minus', 'link-2'],
];

/** Names that Lucide has given up, and the names of the same icons now. */
const RENAMED = { 'trash-2': 'trash' };

/** The names of `ICONS` in src/event-types/domain/icons.ts: read as text, since the script runs before anything is built. */
function iconsOfRules() {
  const source = readFileSync(join(ROOT, 'src', 'event-types', 'domain', 'icons.ts'), 'utf8');
  return [...source.slice(0, source.indexOf('as const')).matchAll(/'([a-z0-9-]+)'/g)].map(([, name]) => name);
}

const circle = ({ cx, cy, rx, ry }) =>
  `M${cx - rx} ${cy}a${rx} ${ry} 0 1 0 ${2 * rx} 0a${rx} ${ry} 0 1 0 ${-2 * rx} 0z`;

function rect({ x = 0, y = 0, width, height, rx = 0, ry = rx }) {
  const corner = (dx, dy) => (rx === 0 ? '' : `a${rx} ${ry} 0 0 1 ${dx} ${dy}`);
  return [
    `M${x + rx} ${y}h${width - 2 * rx}${corner(rx, ry)}v${height - 2 * ry}${corner(-rx, ry)}`,
    `h${2 * rx - width}${corner(-rx, -ry)}v${2 * ry - height}${corner(rx, -ry)}z`,
  ].join('');
}

const SHAPES = {
  // Behind another shape a relative beginning would count from the end of that one.
  path: ({ d }) => (d.startsWith('m') ? `M0 0${d}` : d),
  circle: ({ cx, cy, r }) => circle({ cx, cy, rx: r, ry: r }),
  ellipse: circle,
  rect,
  line: ({ x1, y1, x2, y2 }) => `M${x1} ${y1}L${x2} ${y2}`,
  polyline: ({ points }) => `M${points}`,
  polygon: ({ points }) => `M${points}z`,
};

const numeric = ([name, value]) => [name, name === 'd' || name === 'points' ? value : Number(value)];

/** One path for all shapes of an icon: so the page needs one element for each, and few bytes. */
function pathOf(name, nodes) {
  return nodes
    .map(([tag, attributes]) => {
      if (!(tag in SHAPES)) throw new Error(`${name} has a <${tag}>, which page-icons.js does not know.`);
      return SHAPES[tag](Object.fromEntries(Object.entries(attributes).map(numeric)));
    })
    .join('');
}

/** The text of icon-shapes.ts. */
export function iconShapes() {
  const nodes = createRequire(import.meta.url)('lucide-static/icon-nodes.json');
  const names = [...new Set([...iconsOfRules(), ...OF_THE_PAGE])].sort();
  const lines = names.map((name) => {
    const shapes = nodes[RENAMED[name] ?? name];
    if (shapes === undefined) throw new Error(`lucide-static has no icon ${name}.`);
    const key = /^[a-z]+$/.test(name) ? name : `'${name}'`;
    return `  ${key}: '${pathOf(name, shapes)}',`;
  });
  return [
    '// Written by scripts/page-icons.js from lucide-static (ISC licence): do not edit.',
    '',
    '/** Paths for a box of 24 × 24, to be drawn as lines of width 2 with round ends. */',
    '// prettier-ignore',
    'export const ICON_SHAPES = {',
    ...lines,
    '} as const;',
    '',
    'export type IconName = keyof typeof ICON_SHAPES;',
    '',
  ].join('\n');
}

if (process.argv[1] === import.meta.filename) writeFileSync(ICON_SHAPES, iconShapes());
