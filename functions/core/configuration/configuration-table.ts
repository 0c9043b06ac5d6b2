import { z } from "zod";

import { boundedValue } from "../job/rejection.ts";

/** One setting: where it is read from, what it may be, and what it means. `docs/configuration.md` is made from it. */
export interface Field<Schema extends z.ZodType = z.ZodType> {
  /** Name of the environment variable. */
  readonly env: string;
  /** Reads the variable's text; a default makes the variable optional. */
  readonly schema: Schema;
  /** Unit or form of the value, such as `milliseconds` or `URL`. */
  readonly unit: string;
  readonly doc: string;
}

export type ConfigurationTable = Readonly<Record<string, Field>>;
export type ConfigurationOf<Table extends ConfigurationTable> = {
  readonly [Name in keyof Table]: z.output<Table[Name]["schema"]>;
};

/** The environment isn't fit to start with: set the named variables right and deploy again. */
export class InvalidConfiguration extends Error {
  override readonly name = "InvalidConfiguration";
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`the configuration is not valid:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    this.problems = problems;
  }
}

/** Reads a whole table at once, so that one start shows every mistake. An empty variable counts as not set. */
export function readConfiguration<Table extends ConfigurationTable>(
  table: Table,
  environment: Readonly<Record<string, string | undefined>>,
): ConfigurationOf<Table> {
  const problems: string[] = [];
  const configuration: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(table)) {
    const text = environment[field.env] === "" ? undefined : environment[field.env];
    const parsed = field.schema.safeParse(text);
    if (parsed.success) configuration[name] = parsed.data;
    else {
      const rule = text === undefined ? "must be set" : parsed.error.issues.map(({ message }) => message).join("; ");
      const got = text === undefined ? "" : ` (got ${boundedValue(text)})`;
      problems.push(`${field.env}: ${rule}${got}. ${field.doc}`);
    }
  }
  if (problems.length > 0) throw new InvalidConfiguration(problems);
  return Object.freeze(configuration) as ConfigurationOf<Table>;
}

/** A whole number within a range, written in decimal digits. */
export function wholeNumber(min: number, max: number) {
  return z
    .string()
    .regex(/^\d+$/u, "must be a whole number in decimal digits")
    .transform(Number)
    .pipe(z.number().min(min).max(max));
}

/** A decimal number within a range. */
export function decimalNumber(min: number, max: number) {
  return z
    .string()
    .regex(/^\d+(\.\d+)?$/u, "must be a decimal number")
    .transform(Number)
    .pipe(z.number().min(min).max(max));
}
