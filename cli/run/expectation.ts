import { z } from "zod";

/** What a line of an example file says its job must do. */
export const expectationSchema = z.strictObject({
  kind: z.enum(["completed", "failed", "timed-out", "crashed", "out-of-time", "rejected", "killed"]),
  /** Compared as `differences` does. */
  output: z.json().optional(),
  /** URL that answers the expected output as JSON. */
  outputFrom: z.string().optional(),
});

export type Expectation = z.output<typeof expectationSchema>;

/** One place where what was found isn't what was expected. */
export interface Difference {
  /** Path in the output, such as `products.3.price`; `(output)` for the whole. */
  readonly at: string;
  readonly expected: unknown;
  /** Absent where nothing is there. */
  readonly found?: unknown;
}

/**
 * Compares an output with what is expected of it: of an object only the expected keys, of an array every item, in
 * order, and no more.
 */
export function differences(expected: unknown, found: unknown, path: readonly string[] = []): Difference[] {
  if (Array.isArray(expected) && Array.isArray(found)) return arrayDifferences(expected, found, path);
  if (isObject(expected) && isObject(found)) {
    return Object.entries(expected).flatMap(([key, value]) => differences(value, found[key], [...path, key]));
  }
  if (Object.is(expected, found)) return [];
  return [{ at: placeOf(path), expected, ...(found !== undefined && { found }) }];
}

function arrayDifferences(
  expected: readonly unknown[],
  found: readonly unknown[],
  path: readonly string[],
): Difference[] {
  const items = expected.slice(0, found.length);
  const inItems = items.flatMap((value, index) => differences(value, found[index], [...path, String(index)]));
  if (expected.length === found.length) return inItems;
  return [{ at: placeOf([...path, "length"]), expected: expected.length, found: found.length }, ...inItems];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function placeOf(path: readonly string[]): string {
  return path.length === 0 ? "(output)" : path.join(".");
}
