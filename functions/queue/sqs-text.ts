/**
 * Text that SQS takes. It refuses a message that holds anything but #x9, #xA, #xD, #x20–#xD7FF, #xE000–#xFFFD and
 * #x10000–#x10FFFF. Source: SQS API reference, SendMessage.
 */

/** Free text: what SQS refuses becomes U+FFFD; cut to a bounded length, never empty. */
export function sqsText(text: string, maxCharacters: number): string {
  const clean = text
    .slice(0, maxCharacters)
    .toWellFormed()
    // oxlint-disable-next-line no-control-regex -- the very characters that SQS refuses
    .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/gu, "\uFFFD");
  return clean === "" ? "-" : clean;
}

/**
 * JSON: what JSON.stringify leaves of such characters becomes an escape, so that the reader gets the same value.
 * Surrogates are escaped as well, since there are emulators that refuse every character beyond #xFFFF.
 */
export function sqsJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\uD800-\uDFFF\uFFFE\uFFFF]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
