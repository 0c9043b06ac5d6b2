import type { z } from "zod";

/** Why a message is not a job, in terms that its sender can act on. */
export interface Rejection {
  /** Path of the offending field, such as `input.steps.3.selector`; `(message)` for the message as a whole. */
  readonly field: string;
  /** The rule that it broke, in words. */
  readonly rule: string;
  /** The value found, as bounded JSON; absent where the field is missing. */
  readonly value?: string;
}

const VALUE_MAX_CHARACTERS = 120;

/** Renders a value for an error message: JSON, cut to a bounded length. */
export function boundedValue(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const text = asJson(value);
  return text.length <= VALUE_MAX_CHARACTERS ? text : `${text.slice(0, VALUE_MAX_CHARACTERS - 1)}…`;
}

function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return typeof value;
  }
}

/** Translates zod's issues to rejections: one for each offending field, unknown fields by their own name. */
export function rejectionsFrom(error: z.ZodError, root: unknown, prefix: readonly PropertyKey[] = []): Rejection[] {
  return error.issues.flatMap((issue): Rejection[] => {
    const found = valueAt(root, issue.path);
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        field: fieldName([...prefix, ...issue.path, key]),
        rule: "is not a known field",
        value: boundedValue(valueAt(found, [key])),
      }));
    }
    return [{ field: fieldName([...prefix, ...issue.path]), rule: ruleOf(issue, found), value: boundedValue(found) }];
  });
}

/** The rule in the words of whoever wrote the field; zod's own are for whoever wrote the schema. */
function ruleOf(issue: z.core.$ZodIssue, found: unknown): string {
  // A message of the schema's own says it better.
  if (!/^(?:Invalid (?:input|option)|Too (?:small|big))/u.test(issue.message)) return issue.message;
  if (found === undefined && (issue.code === "invalid_type" || issue.code === "invalid_value")) return "must be given";
  switch (issue.code) {
    case "invalid_type":
      return `must be ${TYPE_WORDS[issue.expected] ?? `of type ${issue.expected}`}`;
    case "invalid_value":
      return issue.values.length === 1
        ? `must be ${String(issue.values[0])}`
        : `must be one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return `must ${measured(issue.origin)} at least ${issue.minimum}${unitOf(issue.origin)}`;
    case "too_big":
      return `must ${measured(issue.origin)} at most ${issue.maximum}${unitOf(issue.origin)}`;
    default:
      return issue.message;
  }
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

function measured(origin: string): string {
  return origin === "string" || origin === "array" ? "have" : "be";
}

function unitOf(origin: string): string {
  if (origin === "string") return " characters";
  return origin === "array" ? " entries" : "";
}

/** One line for people: `priority: must be one of … (got "urgent")`. */
export function describeRejection({ field, rule, value }: Rejection): string {
  return value === undefined ? `${field}: ${rule}` : `${field}: ${rule} (got ${value})`;
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.length === 0 ? "(message)" : path.map(String).join(".");
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}
