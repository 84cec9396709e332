/**
 * What each folder of src/, libs/ and client/ may import: folders, npm packages, built-in modules of Node.
 * `npm run lint` checks the resolved modules, type imports included. What a row does not list is
 * refused, and so is a file in a folder without a row. test/fence.spec.ts plants violations in a
 * temporary folder.
 *
 * The rows stand from the bottom up: a row lists only rows above it here, and the rows below one
 * parent folder stand together, so neither files, folders nor parent folders can form a circle. A row
 * covers the files of its folder, not of its subfolders; files of one row may import each other. A row
 * for a file, or for files by a `*`, takes them out of the row of their folder.
 */
const VALUES = 'libs/kernel libs/time libs/retention libs/json-payload';
const VALIDATION = 'class-validator class-transformer';

const LIBS = {
  'libs/kernel': 'lru-cache node:crypto node:timers/promises',
  'libs/time': '',
  'libs/retention': 'libs/time',
  'libs/byte-streams': 'node:stream node:zlib',
  'libs/json-payload': 'libs/byte-streams node:buffer',
  'libs/ndjson': 'libs/byte-streams',
  // pg: a server that has been started is asked whether it responds.
  'libs/embedded-postgres': `pg node:child_process node:crypto node:fs node:module node:net node:os
    node:path node:stream`,
};

/** The client is a package of its own: it sees nothing of the service, and has no dependencies. */
const CLIENT = {
  // Imported when it is called: all else runs wherever there is `fetch`.
  'client/src/append-lines.ts': 'node:fs',
  'client/src': 'client/src/append-lines.ts',
  // Only types: the package works without Nest.
  'client/src/nest.ts': 'client/src @nestjs/common',
  'client/src/cli': 'client/src node:fs node:stream node:timers/promises node:util',
};

const PLATFORM = {
  'src/platform/misspelt-settings.ts': 'fastest-levenshtein',
  'src/platform/audit': 'libs/kernel',
  'src/platform/access': 'fastest-levenshtein',
  'src/platform/log': '@nestjs/common pino node:util',
  // Read with the settings: pg knows where a URL leads, and the files of certificates must be there.
  'src/platform/postgres/database-url.ts': 'src/platform/misspelt-settings.ts pg node:fs',
  'src/platform/postgres': `src/platform/postgres/database-url.ts src/platform/audit ${VALUES} @nestjs/common typeorm pg`,
  'src/platform/settings-reader.ts': 'libs/kernel src/platform/postgres/database-url.ts',
  'src/platform/input': `${VALUES} ${VALIDATION} fastest-levenshtein`,
  'src/platform/http/errors': 'libs/kernel @nestjs/common',
  'src/platform/http/request': `src/platform/access src/platform/audit src/platform/http/errors src/platform/input libs/byte-streams ${VALUES} ${VALIDATION}
    @nestjs/common express node:crypto node:http node:querystring node:stream node:util node:zlib`,
  'src/platform/http/response': `src/platform/http/errors src/platform/http/request libs/ndjson ${VALUES}
    @nestjs/common node:crypto node:http node:stream`,
  'src/platform/http/rate-limit': `src/platform/http/errors src/platform/http/request src/platform/http/response libs/kernel
    @nestjs/common @nestjs/core express pg rate-limiter-flexible node:http`,
  'src/platform/http/docs': `src/platform/http/errors src/platform/http/request src/platform/http/response libs/kernel @nestjs/common
    @nestjs/swagger express js-yaml`,
  // platform/postgres: load shedding reacts to an overloaded database.
  'src/platform/http/server': `src/platform/http/errors src/platform/http/request src/platform/http/response
    src/platform/log src/platform/postgres libs/kernel @nestjs/common @nestjs/platform-express express
    node:crypto node:events node:http node:net node:stream node:util`,
};

/** `http → application → domain ← persistence`; persistence sees the application's ports only. */
const slice = (name) => ({
  [`src/${name}/domain`]: `${VALUES} node:crypto`,
  [`src/${name}/application/*.port.ts`]: `src/${name}/domain src/platform/audit ${VALUES}`,
  // @nestjs/common: only the names that eslint.config.js lists.
  [`src/${name}/application`]: `src/${name}/domain src/${name}/application/*.port.ts src/platform/audit ${VALUES}
    @nestjs/common`,
  [`src/${name}/persistence`]: `src/${name}/domain src/${name}/application/*.port.ts src/platform/audit
    src/platform/postgres ${VALUES} @nestjs/common typeorm node:crypto`,
  [`src/${name}/input`]: `src/${name}/domain src/${name}/application src/platform/input
    ${VALUES} ${VALIDATION} @nestjs/swagger`,
  [`src/${name}/http`]: `src/${name}/domain src/${name}/application src/${name}/input src/platform/input
    src/platform/http/errors src/platform/http/request src/platform/http/response src/platform/http/docs
    src/platform/http/rate-limit src/platform/audit
    ${VALUES} ${VALIDATION} @nestjs/common @nestjs/core @nestjs/swagger express node:stream`,
  [`src/${name}/*.module.ts`]: `src/${name}/application src/${name}/application/*.port.ts
    src/${name}/persistence src/${name}/http src/platform/audit ${VALUES} @nestjs/common @nestjs/core typeorm`,
});

/** Slices do not see each other; they meet in src/app. A new slice is one name here. */
const SLICES = ['customer-events', 'api-keys', 'audit', 'event-types', 'embed'];

/** What one slice needs beyond that. */
const ALSO = {
  'src/customer-events/domain': 'lru-cache',
  'src/customer-events/application': 'node:timers',
  'src/customer-events/persistence': 'lru-cache',
  'src/customer-events/input': 'libs/byte-streams libs/ndjson node:timers',
  'src/customer-events/http': 'libs/ndjson src/platform/access',
  'src/api-keys/domain': 'src/platform/access',
  'src/api-keys/application': 'lru-cache src/platform/access',
  'src/api-keys/persistence': 'src/platform/access',
  'src/api-keys/http': 'src/platform/access',
  'src/audit/domain': 'src/platform/audit',
  'src/event-types/domain': 'lru-cache',
  'src/event-types/application': 'lru-cache',
  'src/event-types/http': 'src/platform/access',
  'src/embed/application': 'lru-cache',
};

/** The agent page runs in browsers: it sees nothing of the service, and is bundled by scripts/build-page.js. */
const PAGE = {
  'src/embed/page/api': '',
  'src/embed/page/store': 'src/embed/page/api',
  'src/embed/page/view': 'src/embed/page/api src/embed/page/store lit lucide-static',
  'src/embed/page': 'src/embed/page/api src/embed/page/store src/embed/page/view lit',
};

const ofEachSlice = (...rows) => SLICES.flatMap((name) => rows.map((row) => `src/${name}/${row}`)).join(' ');

const SERVICE = {
  'src/operations': `src/platform/http/docs src/platform/http/request src/platform/http/response
    src/platform/http/server src/platform/log src/platform/postgres libs/kernel
    @nestjs/common @nestjs/swagger express typeorm prom-client node:net
    @opentelemetry/api @opentelemetry/exporter-trace-otlp-http @opentelemetry/resources @opentelemetry/sdk-trace`,
  // Only the rows below read config.ts. api-keys: what a slug and a key may be, for those that are settings.
  'src/config.ts': `src/platform/settings-reader.ts src/platform/misspelt-settings.ts src/api-keys/domain
    node:buffer node:fs node:path node:util`,
  'src/app/migrations': 'typeorm',
  // The one place that sees all of every slice, to put the service together.
  'src/app': `src/app/migrations src/config.ts src/operations src/platform/audit src/platform/log src/platform/postgres
    src/platform/postgres/database-url.ts
    src/platform/http/errors src/platform/http/request src/platform/http/docs src/platform/http/rate-limit
    src/platform/http/server
    ${ofEachSlice('domain', 'application', 'application/*.port.ts', 'persistence', 'http', '*.module.ts')} ${VALUES} libs/embedded-postgres
    @nestjs/common @nestjs/core @nestjs/platform-express @nestjs/swagger express reflect-metadata typeorm node:cluster node:fs node:net node:os`,
  // What commands share: the service or the database opened for one of them, and messages for errors.
  'src/cli': `src/app src/config.ts src/platform/access src/platform/audit src/platform/postgres ${ofEachSlice('application')} libs/kernel
    libs/embedded-postgres @nestjs/common @nestjs/core node:fs node:os node:util`,
  'src/cli/import': `src/cli src/config.ts src/platform/input ${ofEachSlice('domain', 'application', 'input')}
    ${VALUES} libs/byte-streams libs/ndjson @nestjs/common cli-progress commander csv-parse js-yaml
    node:buffer node:crypto node:fs node:path node:stream node:timers node:zlib`,
  'src/cli/commands': `src/cli src/cli/import src/app src/config.ts src/platform/access src/platform/audit ${ofEachSlice('domain', 'application')}
    src/event-types/input ${VALUES} libs/ndjson @nestjs/common commander js-yaml node:events node:fs node:os node:path node:readline node:stream node:timers`,
  'src/cli.ts': 'src/cli src/cli/commands src/config.ts reflect-metadata',
  'src/main.ts': 'src/cli src/app src/config.ts reflect-metadata node:cluster',
  'ormconfig.ts': 'src/app src/config.ts reflect-metadata',
};

/** What a *.spec.ts imports besides: the test runner, fakes and builders of test/, any built-in module of Node. */
const SPEC_ALSO = ['^test/(fakes|support)/', '(^|/)node_modules/(@jest/globals|reflect-metadata)/'];

const words = (text = '') => text.split(/\s+/).filter((word) => word !== '');

/** Folder or file → what it may import. */
export const ALLOWED = Object.fromEntries(
  Object.entries(Object.assign({}, LIBS, CLIENT, PLATFORM, ...SLICES.map(slice), PAGE, SERVICE)).map(
    ([row, allowed]) => [row, [...words(allowed), ...words(ALSO[row])]],
  ),
);

const isFolder = (row) => !row.endsWith('.ts');
const isOurs = (name) => /^(src|libs|client)\//.test(name);
const foldersAround = (row) => row.split('/').map((_part, index, parts) => parts.slice(0, index + 1).join('/'));

/** Why the rows are not in order: an import of a row that is not above, or a parent folder in two places. */
export function disorder(rows) {
  const names = Object.keys(rows);
  const upward = names.flatMap((row, index) =>
    rows[row]
      .filter((allowed) => isOurs(allowed) && !names.slice(0, index).includes(allowed))
      .map((allowed) => `${row} lists ${allowed}, which is no row above it`),
  );
  const torn = [...new Set(names.flatMap(foldersAround))].filter((folder) => {
    const places = names.flatMap((row, index) => (foldersAround(row).includes(folder) ? [index] : []));
    return places.length - 1 !== places.at(-1) - places[0];
  });
  return [...upward, ...torn.map((folder) => `the rows of ${folder} do not stand together`)];
}

const faults = disorder(ALLOWED);
if (faults.length > 0) throw new Error(`.dependency-cruiser.js: ${faults.join('; ')}`);

const escaped = (text) => text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]+');
const SPEC = '[^/]+\\.spec\\.ts$';

/** The files of a row. */
function filesOf(row) {
  if (!isFolder(row)) return `^${escaped(row)}$`;
  const inside = Object.keys(ALLOWED).filter((other) => !isFolder(other) && other.startsWith(`${row}/`));
  const taken = [...inside.map((other) => `${escaped(other.slice(row.length + 1))}$`), SPEC];
  return `^${escaped(row)}/(?!${taken.join('|')})[^/]+$`;
}

const specsOf = (row) => `^${escaped(row)}/${SPEC}`;

/** As dependency-cruiser resolves it: a path, or the name of a built-in module without `node:`. */
function resolved(name) {
  if (isOurs(name)) return filesOf(name);
  return name.startsWith('node:') ? `^${name.slice('node:'.length)}(/|$)` : `(^|/)node_modules/${escaped(name)}/`;
}

const rowRules = Object.entries(ALLOWED).flatMap(([row, allowed]) => {
  const known = [filesOf(row), ...allowed.map(resolved)];
  const comment = `${row} may import ${allowed.join(', ') || 'nothing'} (.dependency-cruiser.js).`;
  const rule = { name: row, severity: 'error', comment, from: { path: filesOf(row) }, to: { pathNot: known } };
  if (!isFolder(row)) return [rule];
  const spec = { pathNot: [...known, ...SPEC_ALSO], dependencyTypesNot: ['core'] };
  return [rule, { ...rule, name: `${row}, tests`, from: { path: specsOf(row) }, to: spec }];
});

const withoutRow = {
  path: '^(src|libs|client)/',
  pathNot: Object.keys(ALLOWED).flatMap((row) => (isFolder(row) ? [filesOf(row), specsOf(row)] : [filesOf(row)])),
};
const NO_ROW = {
  severity: 'error',
  comment: 'This folder has no row in .dependency-cruiser.js: say there what it may import.',
};

export default {
  forbidden: [
    ...rowRules,
    { ...NO_ROW, name: 'folder without a row', from: withoutRow, to: {} },
    { ...NO_ROW, name: 'folder without a row, no imports', from: { ...withoutRow, orphan: true }, to: {} },
    {
      name: 'no circles',
      severity: 'error',
      comment: 'Files do not import each other in a circle, types neither.',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    detectProcessBuiltinModuleCalls: true,
    tsConfig: { fileName: 'tsconfig.json' },
    // Packages name the files of their parts by conditions, such as csv-parse/sync.
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};
