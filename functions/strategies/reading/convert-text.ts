import { readDate } from "./date.ts";
import type { Field } from "./field.ts";
import { readMoney } from "./money.ts";
import { readNumber } from "./number.ts";
import { groupsOf, type Match, type Patterns } from "./pattern.ts";

export type Converted =
  | { readonly kind: "value"; readonly value: unknown }
  | { readonly kind: "nothing" }
  | { readonly kind: "invalid" };

const NOTHING: Converted = { kind: "nothing" };

/** Gives one raw text its type. `null` means that the element or the attribute isn't there. */
export function convertText(field: Field, text: string | null, patterns: Patterns, at: string): Converted {
  let match: Match | undefined;
  let taken = text;
  if (field.regex !== undefined && text !== null) {
    match = patterns.match(field.regex, field.ignoreCase, text, at);
    taken = match === undefined ? null : (match.group(field.group ?? defaultGroup(field.regex)) ?? null);
  }
  if (field.type === "boolean") return { kind: "value", value: isTrue(field, taken) };
  if (taken === null) return NOTHING;
  if (taken === "" && field.type !== "html") return NOTHING;
  return valueOrInvalid(read(field, taken, match));
}

function defaultGroup(regex: string): number {
  return groupsOf(regex).count > 0 ? 1 : 0;
}

/** Being there is what counts; an attribute may say "false" all the same. */
function isTrue(field: Field, taken: string | null): boolean {
  if (taken === null) return false;
  return field.attribute === undefined || !["false", "0", "no"].includes(taken.trim().toLowerCase());
}

function read(field: Field, text: string, match: Match | undefined): unknown {
  switch (field.type) {
    case "text":
    case "html":
      return text;
    case "number":
      return readNumber(text, field.decimal);
    case "integer": {
      const number = readNumber(text, field.decimal);
      return Number.isSafeInteger(number) ? number : undefined;
    }
    case "price":
      return readMoney(text, field.currency, field.decimal);
    case "url":
      return URL.canParse(text) ? new URL(text).href : undefined;
    case "date":
      return readDate(text, match);
    case "json":
      return parseJson(text);
    case "boolean":
      return true;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function valueOrInvalid(value: unknown): Converted {
  return value === undefined ? { kind: "invalid" } : { kind: "value", value };
}
