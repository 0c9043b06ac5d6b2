/**
 * An id in characters that are safe in a key, a URL and a file name: every other byte as '!' and two hex digits, so that
 * different ids never meet. A leading dot counts as unsafe: '.' and '..' would be folded away by whoever reads a path.
 * Source: S3 user guide, naming objects, safe characters.
 */
export function keySafe(id: string): string {
  return [...Buffer.from(id)]
    .map((byte, index) => {
      const character = String.fromCodePoint(byte);
      const safe = index === 0 ? /^[A-Za-z0-9_-]$/u : /^[A-Za-z0-9._-]$/u;
      return safe.test(character) ? character : `!${byte.toString(16).padStart(2, "0").toUpperCase()}`;
    })
    .join("");
}
