import { z } from "zod";

import { CliError } from "../cli-error.ts";
import { EXIT } from "../exit-codes.ts";
import { outgoing, type Outgoing } from "../jobs/outgoing.ts";
import type { JobEntry } from "../jobs/read-jobs.ts";
import type { SessionPolicy } from "../../functions/core/session/session.ts";
import { expectationSchema, type Expectation } from "./expectation.ts";
import { fillIn } from "./placeholders.ts";

/** A job of a local run and what it must do. */
export interface JobLine {
  readonly message: Outgoing;
  readonly expect: Expectation;
  readonly strategy: string;
  /** Whether the job names a session, or a pool of them. */
  readonly underSession: boolean;
}

const lineSchema = z.strictObject({ job: z.unknown(), expect: expectationSchema.default({ kind: "completed" }) });

/**
 * Reads the entries of a run's file: `{ job, expect }`, or a bare job, which is expected to complete. The job itself
 * isn't checked: an example may be one that the worker must reject. `{{name}}` stands for a value of `placeholders`.
 * @param policies of the sessions that there are: they say which way a job goes
 */
export function readJobLines(
  entries: readonly JobEntry[],
  placeholders: Readonly<Record<string, string>>,
  policies: ReadonlyMap<string, SessionPolicy> = new Map(),
): JobLine[] {
  const errors: string[] = [];
  const lines = entries.map((entry): JobLine | undefined => {
    const text = fillIn(entry.text, placeholders);
    const value = entry.parsed.kind === "json" ? (JSON.parse(text) as unknown) : undefined;
    if (!isWrapped(value))
      return line({ ...entry, text, parsed: reparsed(entry, value) }, { kind: "completed" }, policies);
    const parsed = lineSchema.safeParse(value);
    if (!parsed.success) {
      errors.push(`  line ${entry.line}: ${z.prettifyError(parsed.error).replaceAll("\n", " ")}`);
      return undefined;
    }
    const { job, expect } = parsed.data;
    // A text stands for a message that isn't JSON.
    const body = typeof job === "string" ? job : JSON.stringify(job);
    const inner: JobEntry = { line: entry.line, text: body, parsed: { kind: "json", value: job } };
    return line(inner, expect, policies);
  });
  if (errors.length > 0) {
    throw new CliError(EXIT.invalidInput, `These lines are neither a job nor { job, expect }:\n${errors.join("\n")}`);
  }
  return lines.filter((one) => one !== undefined);
}

function line(entry: JobEntry, expect: Expectation, policies: ReadonlyMap<string, SessionPolicy>): JobLine {
  const value = entry.parsed.kind === "json" ? entry.parsed.value : undefined;
  const { strategy, session, sessionPool } = (value ?? {}) as Readonly<Record<string, unknown>>;
  return {
    message: outgoing(entry, policies),
    expect,
    strategy: typeof strategy === "string" ? strategy : "(none)",
    underSession: session !== undefined || sessionPool !== undefined,
  };
}

function reparsed(entry: JobEntry, value: unknown): JobEntry["parsed"] {
  return entry.parsed.kind === "json" ? { kind: "json", value } : entry.parsed;
}

function isWrapped(value: unknown): boolean {
  return typeof value === "object" && value !== null && "job" in value;
}
