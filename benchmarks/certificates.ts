/** Examines starts FROM … TO-1 in web/'s engine; one line of JSON each. See certificates.py. */

import { examine } from '../web/src/engine/testing/certificates.ts';
import { testLibrary } from '../web/src/engine/testing/payload.ts';

const [from, to] = process.argv.slice(2).map(Number) as [number, number];
const library = testLibrary();
for (let seed = from; seed < to; seed++) console.log(JSON.stringify(await examine(library, seed)));
