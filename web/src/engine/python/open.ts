/** Python for a page: its workers, and where the page says that the core lies. */

import { EngineError } from '../errors.ts';
import { PythonService } from './service.ts';

/** Throws an EngineError where the page does not name the core: `<meta name="backsight-core" content="…">`. */
export function pythonService(page: Document): PythonService {
  const content = page.querySelector('meta[name="backsight-core"]')?.getAttribute('content');
  if (!content) {
    throw new EngineError(
      'core-unnamed',
      'This page does not say where its Python is.',
      'Build the site again with “backsight build”.',
    );
  }
  return new PythonService({
    core: new URL(content, page.baseURI).href,
    spawn: () =>
      new Worker(new URL('./python.worker.ts', import.meta.url), { type: 'module', name: 'Python' }),
    spawnKernel: () =>
      new Worker(new URL('./kernel.worker.ts', import.meta.url), { type: 'module', name: 'Kernel' }),
  });
}
