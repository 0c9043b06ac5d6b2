import { z } from "zod";

import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { outgoing, type Outgoing } from "../jobs/outgoing.ts";
import type { JobEntry } from "../jobs/read-jobs.ts";
import { expectationSchema, type Expectation } from "./expectation.ts";

/** A job of a local run and what it must do. */
export interface JobLine {
  readonly message: Outgoing;
  readonly expect: Expectation;
  readonly strategy: string;
}

const lineSchema = z.strictObject({ job: z.unknown(), expect: expectationSchema.default({ kind: "completed" }) });

/**
 * Reads the entries of a run's file: `{ job, expect }`, or a bare job, which is expected to complete. The job itself
 * isn't checked: an example may be one that the worker must reject. `{{name}}` stands for a value of `placeholders`.
 */
export function readJobLines(entries: readonly JobEntry[], placeholders: Readonly<Record<string, string>>): JobLine[] {
  const errors: string[] = [];
  const lines = entries.map((entry): JobLine | undefined => {
    const text = fillIn(entry.text, placeholders);
    const value = entry.parsed.kind === "json" ? (JSON.parse(text) as unknown) : undefined;
    if (!isWrapped(value)) return line({ ...entry, text, parsed: reparsed(entry, value) }, { kind: "completed" });
    const parsed = lineSchema.safeParse(value);
    if (!parsed.success) {
      errors.push(`  line ${entry.line}: ${z.prettifyError(parsed.error).replaceAll("\n", " ")}`);
      return undefined;
    }
    const { job, expect } = parsed.data;
    // A text stands for a message that isn't JSON.
    const body = typeof job === "string" ? job : JSON.stringify(job);
    const inner: JobEntry = { line: entry.line, text: body, parsed: { kind: "json", value: job } };
    return line(inner, expect);
  });
  if (errors.length > 0) {
    throw new CliError(EXIT.invalidInput, `These lines are neither a job nor { job, expect }:\n${errors.join("\n")}`);
  }
  return lines.filter((one) => one !== undefined);
}

function line(entry: JobEntry, expect: Expectation): JobLine {
  const value = entry.parsed.kind === "json" ? entry.parsed.value : undefined;
  const strategy = (value as { readonly strategy?: unknown } | null | undefined)?.strategy;
  return { message: outgoing(entry), expect, strategy: typeof strategy === "string" ? strategy : "(none)" };
}

function reparsed(entry: JobEntry, value: unknown): JobEntry["parsed"] {
  return entry.parsed.kind === "json" ? { kind: "json", value } : entry.parsed;
}

function isWrapped(value: unknown): boolean {
  return typeof value === "object" && value !== null && "job" in value;
}

/** Inside JSON text: the values are origins and host names, which need no escape. */
function fillIn(text: string, placeholders: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{\{(\w+)\}\}/gu, (whole, name: string) => placeholders[name] ?? whole);
}
