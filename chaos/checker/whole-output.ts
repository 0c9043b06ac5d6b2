import type { ListWork } from "../plan/plan.ts";
import { expectedRows } from "../load/rows.ts";
import type { Invariant } from "./violation.ts";

export const wholeOutput: Invariant = {
  name: "whole-output",
  doc: "A completed list holds each of its rows exactly once and in order, wherever and however often it was interrupted.",
  violations: ({ plan, results }) =>
    plan.jobs.flatMap(({ id, work }) => {
      if (work.kind !== "list") return [];
      return results
        .filter((result) => result.id === id && result.kind === "completed")
        .flatMap(({ rows }) => problemOf(id, work, rows ?? []));
    }),
};

function problemOf(id: string, work: ListWork, rows: readonly string[]): string[] {
  const expected = expectedRows(id, work.pages);
  if (rows.join("\n") === expected.join("\n")) return [];
  const missing = expected.filter((row) => !rows.includes(row));
  const twice = rows.filter((row, index) => rows.indexOf(row) !== index);
  const strange = rows.filter((row) => !expected.includes(row));
  const parts = Object.entries({ missing, twice, strange }).filter(([, list]) => list.length > 0);
  const told = parts.map(([name, list]) => `${name}: ${list.slice(0, 3).join(", ")} (${list.length})`);
  return [`${id} holds ${rows.length} rows of ${expected.length}; ${told.join("; ") || "out of order"}`];
}
