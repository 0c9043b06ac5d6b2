import { jsonFrom } from "../../functions/core/session/definition/guarded-rejections.ts";
import type { SessionProblem } from "./problem.ts";

export interface DefinitionEntry {
  /** Of the file; of an array the number of the entry. */
  readonly line: number;
  readonly value: unknown;
}

export interface DefinitionEntries {
  readonly entries: readonly DefinitionEntry[];
  readonly problems: readonly SessionProblem[];
}

/** Splits a text into definitions: one JSON array, one JSON object, or JSON Lines. Quotes nothing of what isn't JSON. */
export function readDefinitionEntries(text: string): DefinitionEntries {
  const whole = jsonFrom(text);
  if (whole.kind === "json") {
    const values: readonly unknown[] = Array.isArray(whole.value) ? whole.value : [whole.value];
    return { entries: values.map((value, index) => ({ line: index + 1, value })), problems: [] };
  }
  // A list that breaks off is one mistake, and not one for each of its lines.
  if (text.trimStart().startsWith("[")) return { entries: [], problems: [whole.rejection] };
  const read = text
    .split(/\r?\n/u)
    .flatMap((line, index) => (line.trim() === "" ? [] : [{ line: index + 1, read: jsonFrom(line) }]));
  return {
    entries: read.flatMap(({ line, read: one }) => (one.kind === "json" ? [{ line, value: one.value }] : [])),
    problems: read.flatMap(({ line, read: one }) => {
      if (one.kind === "json") return [];
      const { field, rule } = one.rejection;
      return [{ line, field: field.replace(/^line 1, /u, ""), rule }];
    }),
  };
}
