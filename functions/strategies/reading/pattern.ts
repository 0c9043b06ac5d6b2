import { RE2JS } from "re2js";

import { PermanentFailure } from "../../core/job/failures.ts";

export const PATTERN_MAX_CHARACTERS = 300;
/** Longest text that a pattern is tried on; the rest isn't looked at. */
export const PATTERN_TEXT_MAX_CHARACTERS = 20_000;
/** Instructions of a compiled pattern: `a{1000}` has 1,000. */
const PROGRAM_MAX_INSTRUCTIONS = 500;
/**
 * RE2 is linear: a match costs at most instructions × characters. MEASURED: 20 million take about a second, and a read
 * blocks the container's other jobs for that long.
 */
const READ_MAX_STEPS = 20_000_000;

/** A message where the text isn't a pattern that can be run safely; undefined where it is. */
export function patternProblem(source: string): string | undefined {
  try {
    const instructions = RE2JS.compile(source).programSize();
    if (instructions <= PROGRAM_MAX_INSTRUCTIONS) return undefined;
    return `is too large a pattern: ${instructions} instructions, at most ${PROGRAM_MAX_INSTRUCTIONS}`;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `must be an RE2 pattern (no look-around, no back-references): ${reason}`;
  }
}

/** The number of groups and their names, of a pattern known to be good. */
export function groupsOf(source: string): { readonly count: number; readonly names: readonly string[] } {
  const pattern = RE2JS.compile(source);
  return { count: pattern.groupCount(), names: Object.keys(pattern.namedGroups()) };
}

export interface Match {
  group(group: number | string): string | undefined;
}

/** The patterns of one read: each compiled once, and all of them together bounded. */
export class Patterns {
  readonly #compiled = new Map<string, RE2JS>();
  #steps = 0;

  /** The first match; undefined without one. Throws `PermanentFailure` `PatternTooCostly` over the read's limit. */
  match(source: string, ignoreCase: boolean, text: string, at: string): Match | undefined {
    const pattern = this.#compile(source, ignoreCase);
    const bounded = text.slice(0, PATTERN_TEXT_MAX_CHARACTERS);
    this.#steps += pattern.programSize() * bounded.length;
    if (this.#steps > READ_MAX_STEPS) {
      const message = `the patterns of this read are too costly for what the page holds: over ${READ_MAX_STEPS} steps`;
      throw new PermanentFailure("PatternTooCostly", message, { at });
    }
    const matcher = pattern.matcher(bounded);
    if (!matcher.find()) return undefined;
    return { group: (group) => matcher.group(group) ?? undefined };
  }

  #compile(source: string, ignoreCase: boolean): RE2JS {
    const key = `${ignoreCase ? "i" : "-"}${source}`;
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const pattern = RE2JS.compile(source, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    this.#compiled.set(key, pattern);
    return pattern;
  }
}
