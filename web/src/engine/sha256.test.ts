import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { Random } from './random.ts';
import { sha256 } from './sha256.ts';

it('hashes as everybody else does', () => {
  const random = new Random(31);
  for (const length of [0, 1, 3, 55, 56, 63, 64, 65, 119, 120, 1000, 70000]) {
    const bytes = Uint8Array.from({ length }, () => random.below(256));
    expect(sha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
  }
});
