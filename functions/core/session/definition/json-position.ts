/** Where a text stops being JSON, and what should stand there. Quotes nothing of the text. */
export interface JsonFault {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units. */
  readonly column: number;
  readonly rule: string;
}

/**
 * Undefined where `text` is JSON. The engine's own message names a position only sometimes, and quotes the text around
 * it, which may be a cookie. Reads token by token with a stack, not by recursion.
 */
export function jsonFault(text: string): JsonFault | undefined {
  const open: ("{" | "[")[] = [];
  let expected: Expected = "value";
  let place = afterSpace(text, 0);
  while (true) {
    const token = tokenAt(text, place);
    const next = nextExpected(expected, token, open);
    if (next === undefined)
      return faultAt(text, token.kind === "broken" ? token.end : place, ruleOf(expected, token, open));
    if (next === "end" && expected === "end") return undefined;
    expected = next;
    place = afterSpace(text, token.end);
  }
}

type Expected = "value" | "value or ]" | "name" | "name or }" | "colon" | "comma or close" | "end";

interface Token {
  readonly kind:
    | "string"
    | "scalar"
    | "broken"
    | "cut string"
    | "cut word"
    | "end"
    | "other"
    | "{"
    | "}"
    | "["
    | "]"
    | ":"
    | ",";
  readonly end: number;
}

/** What comes after the token; undefined where the token doesn't fit. Keeps `open` up to date. */
function nextExpected(expected: Expected, { kind }: Token, open: ("{" | "[")[]): Expected | undefined {
  const afterValue = () => (open.length === 0 ? "end" : "comma or close");
  switch (expected) {
    case "value":
    case "value or ]":
      if (kind === "string" || kind === "scalar") return afterValue();
      if (kind === "{" || kind === "[") {
        open.push(kind);
        return kind === "{" ? "name or }" : "value or ]";
      }
      if (kind !== "]" || expected === "value") return undefined;
      open.pop();
      return afterValue();
    case "name":
    case "name or }":
      if (kind === "string") return "colon";
      if (kind !== "}" || expected === "name") return undefined;
      open.pop();
      return afterValue();
    case "colon":
      return kind === ":" ? "value" : undefined;
    case "comma or close": {
      const inObject = open.at(-1) === "{";
      if (kind === ",") return inObject ? "name" : "value";
      if (kind !== (inObject ? "}" : "]")) return undefined;
      open.pop();
      return afterValue();
    }
    case "end":
      return kind === "end" ? "end" : undefined;
  }
}

function ruleOf(expected: Expected, { kind }: Token, open: readonly string[]): string {
  const isValue = expected === "value" || expected === "value or ]";
  const isCut = kind === "cut word" ? isValue : kind === "cut string" && (isValue || expected.startsWith("name"));
  if (kind === "end" || isCut) return ENDS_TOO_EARLY;
  if (kind === "broken") return "a string breaks off, or holds what must be escaped";
  switch (expected) {
    case "value":
      return "a value must stand here";
    case "value or ]":
      return "a value or ] must stand here";
    case "name":
      return "a field's name in double quotes must stand here";
    case "name or }":
      return "a field's name in double quotes, or } must stand here";
    case "colon":
      return "a colon must stand here";
    case "comma or close":
      return `a comma or ${open.at(-1) === "{" ? "}" : "]"} must stand here`;
    case "end":
      return "nothing more must stand here";
  }
}

const ENDS_TOO_EARLY = "the text ends too early";
const SPACE = /[ \t\n\r]*/y;
const NUMBER_OR_WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
/** Everything from the space on but quote and backslash. */
const STRING_START = /"[ !#-[\]-\uFFFF]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[ !#-[\]-\uFFFF]*)*/y;
const WORDS = ["true", "false", "null"];

function tokenAt(text: string, place: number): Token {
  const first = text[place];
  if (first === undefined) return { kind: "end", end: place };
  if (first === '"') {
    const end = endOf(STRING_START, text, place) ?? place;
    if (text[end] === '"') return { kind: "string", end: end + 1 };
    return { kind: end === text.length || isCutEscape(text, end) ? "cut string" : "broken", end };
  }
  if ("{}[]:,".includes(first)) return { kind: first as "{", end: place + 1 };
  const end = endOf(NUMBER_OR_WORD, text, place);
  if (end !== undefined) return { kind: "scalar", end };
  const rest = text.slice(place, place + 6);
  const isCut = rest === "-" || WORDS.some((word) => word.startsWith(rest));
  return { kind: isCut ? "cut word" : "other", end: place };
}

function isCutEscape(text: string, place: number): boolean {
  return /^\\(?:u[0-9a-fA-F]{0,3})?$/u.test(text.slice(place, place + 7));
}

function afterSpace(text: string, place: number): number {
  return endOf(SPACE, text, place) ?? place;
}

function endOf(pattern: RegExp, text: string, place: number): number | undefined {
  pattern.lastIndex = place;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function faultAt(text: string, place: number, rule: string): JsonFault {
  const at = rule === ENDS_TOO_EARLY ? text.length : place;
  const lines = text.slice(0, at).split(/\r\n|\r|\n/u);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1, rule };
}
