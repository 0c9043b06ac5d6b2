import { PermanentFailure } from "../../core/job/failures.ts";
import { boundedValue } from "../../core/job/rejection.ts";
import { convertText } from "./convert-text.ts";
import { LIST_MAX_ROWS, type Field, type Fields } from "./field.ts";
import { Patterns } from "./pattern.ts";
import type { Raw } from "./read-in-page.ts";
import type { ReadProblem } from "./read-problem.ts";

const PROBLEMS_MAX = 100;

/**
 * Gives the raw texts of a page their types, in the order of the compiled fields. Throws `PermanentFailure`
 * `FieldMissing`, `FieldInvalid` (required fields only), `TooManyRows` and `PatternTooCostly`.
 */
export class FieldConversion {
  readonly problems: ReadProblem[] = [];
  readonly #patterns = new Patterns();
  readonly #at: string;

  /** @param at where in the job, such as `steps.3 (extract)` */
  constructor(at: string) {
    this.#at = at;
  }

  convert(fields: Fields, raws: readonly Raw[], path = ""): Record<string, unknown> {
    const prefix = path === "" ? "" : `${path}.`;
    return Object.fromEntries(
      Object.entries(fields).map(([name, field], index) => [
        name,
        this.#field(field, raws[index] ?? null, `${prefix}${name}`),
      ]),
    );
  }

  #field(field: Field, raw: Raw, path: string): unknown {
    if (typeof raw === "object" && raw !== null && "tooMany" in raw) {
      const message = `"${path}": ${raw.tooMany} elements match ${describeSelector(field)}, a list takes at most ${LIST_MAX_ROWS}; give the field a limit`;
      throw new PermanentFailure("TooManyRows", message, { at: this.#at });
    }
    if (typeof raw === "object" && raw !== null && "found" in raw) throw this.#missing(field, path, raw.found);
    if (!field.list) return this.#value(field, raw, path);
    const rows = Array.isArray(raw) ? (raw as readonly Raw[]) : [];
    if (rows.length === 0 && field.default !== undefined) return field.default;
    return rows.map((row, index) => this.#value(field, row, `${path}[${index}]`));
  }

  #value(field: Field, raw: Raw, path: string): unknown {
    if (field.fields !== undefined) {
      return Array.isArray(raw) ? this.convert(field.fields, raw as readonly Raw[], path) : (field.default ?? null);
    }
    const text = typeof raw === "string" ? raw : null;
    const converted = convertText(field, text, this.#patterns, this.#at);
    switch (converted.kind) {
      case "value":
        return converted.value;
      case "nothing":
        if (field.required) throw this.#missing(field, path, `the text ${boundedValue(text)}`);
        return field.default ?? null;
      case "invalid":
        return this.#invalid(field, path, `${boundedValue(text)} can't be read as ${field.type}`);
    }
  }

  #invalid(field: Field, path: string, problem: string): unknown {
    if (field.required) {
      const message = `"${path}" (${describeSelector(field)}): ${problem}`;
      throw new PermanentFailure("FieldInvalid", message, { at: this.#at });
    }
    if (field.default !== undefined) return field.default;
    if (this.problems.length < PROBLEMS_MAX) this.problems.push({ at: this.#at, field: path, problem });
    return null;
  }

  #missing(field: Field, path: string, found: string): PermanentFailure {
    const message = `"${path}" is required, and ${describeSelector(field)} gives nothing; found ${found}`;
    return new PermanentFailure("FieldMissing", message, { at: this.#at });
  }
}

function describeSelector({ selector, attribute, regex }: Field): string {
  const where = selector === undefined ? "the element itself" : `the selector "${selector}"`;
  const what = attribute === undefined ? "" : ` with the attribute ${attribute}`;
  return `${where}${what}${regex === undefined ? "" : ` and the regex ${regex}`}`;
}
