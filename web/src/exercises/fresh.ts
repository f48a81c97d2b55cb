/**
 * The number of an exercise that nobody has asked for by its number. Which one it is, is chance; everything in
 * it follows from the number.
 */
export const fresh = (): number => 1 + (crypto.getRandomValues(new Uint32Array(1))[0]! % 999_999);
