import type { z } from "zod";

import { boundedValue, rejectionsFrom, type Rejection } from "../../job/rejection.ts";
import { jsonFault } from "./json-position.ts";

/**
 * Rejections that can't hold a secret: a value is quoted only where it is a plain one and its field is among `shown`. What
 * stands in the wrong place may be anything.
 */
export function guardedRejections(
  error: z.ZodError,
  root: unknown,
  shown: ReadonlySet<string>,
  prefix: readonly PropertyKey[] = [],
): Rejection[] {
  return error.issues.flatMap((issue) => {
    const name = String(issue.path.at(-1) ?? "");
    const isShown = issue.code !== "unrecognized_keys" && shown.has(name);
    return rejectionsFrom({ issues: [issue] } as z.ZodError, root, prefix).map(({ field, rule, value }) =>
      isShown && isPlain(value) ? { field, rule, value } : { field, rule },
    );
  });
}

/** A value for an error message, where it is a plain one. */
export function plainValue(value: unknown): { readonly value?: string } {
  const text = boundedValue(value);
  return isPlain(text) && text !== undefined ? { value: text } : {};
}

/** Reads a JSON text; a fault is named by line and column, and nothing of the text is quoted. */
export function jsonFrom(
  text: string,
): { readonly kind: "json"; readonly value: unknown } | { readonly kind: "fault"; readonly rejection: Rejection } {
  try {
    return { kind: "json", value: JSON.parse(text) as unknown };
  } catch {
    const fault = jsonFault(text);
    const field = fault === undefined ? "(message)" : `line ${fault.line}, column ${fault.column}`;
    return { kind: "fault", rejection: { field, rule: `must be JSON: ${fault?.rule ?? "it can't be read"}` } };
  }
}

function isPlain(json: string | undefined): boolean {
  return json !== undefined && !json.startsWith("{") && !json.startsWith("[");
}
