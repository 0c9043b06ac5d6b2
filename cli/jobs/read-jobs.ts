/** One job of a file, with the line that it begins on. `text` is what goes over the wire as it is. */
export interface JobEntry {
  readonly line: number;
  readonly text: string;
  /** The text as JSON, or why it isn't. */
  readonly parsed:
    | { readonly kind: "json"; readonly value: unknown }
    | { readonly kind: "not-json"; readonly why: string };
}

/**
 * Splits a file into jobs: one JSON array, one JSON object, or JSON Lines. Empty lines are skipped; a file that is
 * neither an array nor an object as a whole is read line by line.
 */
export function readJobs(text: string): JobEntry[] {
  const whole = parse(text);
  if (whole.kind === "json" && Array.isArray(whole.value)) {
    return whole.value.map((value: unknown, index) => ({
      line: index + 1,
      text: JSON.stringify(value),
      parsed: { kind: "json", value },
    }));
  }
  if (whole.kind === "json") return [{ line: 1, text: JSON.stringify(whole.value), parsed: whole }];
  return text.split(/\r?\n/u).flatMap((line, index) => {
    const trimmed = line.trim();
    return trimmed === "" ? [] : [{ line: index + 1, text: trimmed, parsed: parse(trimmed) }];
  });
}

function parse(text: string): JobEntry["parsed"] {
  try {
    return { kind: "json", value: JSON.parse(text) as unknown };
  } catch (error) {
    return { kind: "not-json", why: error instanceof Error ? error.message : String(error) };
  }
}
