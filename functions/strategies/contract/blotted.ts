import type { Credentials } from "../../core/session/credentials.ts";

const MARK = "•••";
/** A text that was cut may end within a credential; a beginning of so many characters is blotted there too. */
const PIECE_MIN_CHARACTERS = 4;
/** What stands behind a text that was cut: nothing, an ellipsis, or the quotation mark that closes it. */
const CUT = new Set(["", "…", '"', "'"]);
const HTML: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const SPACE = /\s|\+|%(?:20|09|0a|0d)|\\[ntr]/y;

/** How one character of a credential may be spelt; null: white space, as much as there is. */
type Letter = readonly string[] | null;

/**
 * A text without the credentials' values, however it quotes them: as they are, in another case, with other white space, and
 * each character as it is, in JSON, in HTML or in an address; and without the beginning of one where the text was cut.
 */
export function blotted(text: string, credentials: Credentials): string {
  const secrets = Object.values(credentials).map(lettersOf);
  const looked = folded(text);
  let clean = "";
  let at = 0;
  while (at < text.length) {
    const end = Math.max(at, ...secrets.map((secret) => endOf(looked, at, secret)));
    clean += end === at ? text[at] : MARK;
    at = Math.max(end, at + 1);
  }
  return clean;
}

/** Where a credential that begins here ends, or the text was cut; the same place where none begins. */
function endOf(text: string, from: number, secret: readonly Letter[]): number {
  // Spellings overlap (`%` is also how `%25` begins), so that there may be several ways on.
  let ends = new Set([from]);
  for (const [count, letter] of secret.entries()) {
    const next = new Set([...ends].flatMap((end) => endsBehind(text, end, letter)));
    if (next.size === 0) return count < PIECE_MIN_CHARACTERS ? from : Math.max(from, ...cutsWithin(text, ends, letter));
    ends = next;
  }
  return Math.max(...ends);
}

function endsBehind(text: string, at: number, letter: Letter): number[] {
  if (letter !== null) return letter.filter((one) => text.startsWith(one, at)).map((one) => at + one.length);
  const ends: number[] = [];
  SPACE.lastIndex = at;
  while (SPACE.test(text)) ends.push(SPACE.lastIndex);
  return ends;
}

function cutsWithin(text: string, ends: ReadonlySet<number>, letter: Letter): number[] {
  const beginnings = (letter ?? [" "]).flatMap((one) => Array.from(one, (_, length) => one.slice(0, length)));
  return [...ends].flatMap((end) =>
    beginnings
      .filter((one) => text.startsWith(one, end) && CUT.has(text[end + one.length] ?? ""))
      .map((one) => end + one.length),
  );
}

function lettersOf(value: string): readonly Letter[] {
  const words = value.trim() === "" ? [] : value.trim().split(/\s+/u);
  return words.flatMap((word, index) => [...(index === 0 ? [] : [null]), ...Array.from(word, spellingsOf)]);
}

function spellingsOf(letter: string): readonly string[] {
  const bytes = [...new TextEncoder().encode(letter)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`);
  const spellings = [letter, HTML[letter] ?? letter, JSON.stringify(letter).slice(1, -1), bytes.join("")];
  return [...new Set(spellings.map(folded))];
}

/** Letters without their case, each still in its place. */
function folded(text: string): string {
  return Array.from(text, (letter) => {
    const lower = letter.toLowerCase();
    return lower.length === letter.length ? lower : letter;
  }).join("");
}
