import { stripVTControlCharacters } from "node:util";

/** A text from outside, on one line and without anything that a terminal would obey. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
}
