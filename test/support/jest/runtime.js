import { createRequire, register } from 'node:module';
import { pathToFileURL } from 'node:url';
import Runtime from 'jest-runtime';
import { SourceMaps } from './source-maps.js';

register('./hooks.js', import.meta.url);

const require = createRequire(import.meta.url);
let run = 0;

/**
 * Imports a test file as Node imports any module. Jest's own runtime makes every module anew for every test file, which
 * is three seconds for one that starts the service. Here the modules of a test file and of `test/` are made anew (see
 * hooks.js); those of `src/`, `libs/` and the packages are there once for each of Jest's workers, as in the service.
 */
export default class NativeRuntime extends Runtime {
  unstable_shouldLoadAsEsm() {
    return true;
  }

  async unstable_importModule(path) {
    globalThis[Symbol.for('@jest/globals')] = this.requireModuleOrMock(path, '@jest/globals');
    return import(`${pathToFileURL(path).href}?run=${++run}`);
  }

  /** Jest asks for jest-circus, whose state belongs to one test file. */
  requireInternalModule(path) {
    delete globalThis[Symbol.for('EVENT_HANDLERS')];
    delete require.cache[path];
    return require(path);
  }

  getSourceMaps() {
    return new SourceMaps();
  }
}
