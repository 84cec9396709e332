import { oas } from '@stoplight/spectral-rulesets';

/** The rules of Spectral that docs/openapi.json keeps: all that it recommends. See test/docs/open-api-lint.spec.ts. */
export default { extends: [oas], rules: {} };
