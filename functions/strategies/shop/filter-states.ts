import { z } from "zod";

import type { FilterOption, RawFilter } from "./filters-in-page.ts";

const appliedOption = z.object({ filter: z.string(), value: z.string() });

/** One way to filter a list: the options that are applied, and the address that applies them. */
export const filterState = z.object({ applied: z.array(appliedOption), url: z.string() });
export type FilterState = z.output<typeof filterState>;

export const skippedOption = appliedOption.extend({ reason: z.string() });
export type SkippedOption = z.output<typeof skippedOption>;

interface Choice {
  readonly filter: string;
  readonly option: FilterOption;
}

/**
 * Every option alone, then every pair (and triple) of options of different filters, up to `combine` at once and
 * `maxStates` in all; `cut` says how many were left out. Options of one filter widen a list, so they aren't combined.
 */
export function filterStates(
  filters: readonly RawFilter[],
  combine: number,
  maxStates: number,
): { readonly states: FilterState[]; readonly skipped: SkippedOption[]; readonly cut: number } {
  const choices = filters.flatMap((filter) =>
    filter.kind === "options" ? filter.options.map((option) => ({ filter: filter.name, option })) : [],
  );
  const skipped = choices
    .filter(({ option }) => option.url === null)
    .map(({ filter, option }) => ({
      filter,
      value: option.value,
      reason: "the page gives no address that applies it",
    }));
  const states: FilterState[] = [];
  let cut = 0;
  for (let size = 1; size <= combine; size += 1) {
    for (const combination of combinations(choices, size)) {
      const state = stateOf(combination);
      if (state === undefined) continue;
      if (states.length < maxStates) states.push(state);
      else cut += 1;
      // Counting what is left out ends somewhere too: pairs of a thousand options are half a million.
      if (cut >= COUNTED_CUT_MAX) return { states, skipped, cut };
    }
  }
  return { states, skipped, cut };
}

const COUNTED_CUT_MAX = 100_000;

function* combinations(choices: readonly Choice[], size: number, from = 0): Generator<readonly Choice[]> {
  if (size === 0) {
    yield [];
    return;
  }
  for (let at = from; at < choices.length; at += 1) {
    const choice = choices[at];
    if (choice === undefined) continue;
    for (const rest of combinations(choices, size - 1, at + 1)) {
      if (rest.every(({ filter }) => filter !== choice.filter)) yield [choice, ...rest];
    }
  }
}

/** Undefined where no address applies all of these together. */
function stateOf(combination: readonly Choice[]): FilterState | undefined {
  const [first, ...rest] = combination;
  if (first === undefined || first.option.url === null) return undefined;
  if (rest.length > 0 && first.option.adds === null) return undefined;
  const url = new URL(first.option.url);
  const used = new Set(first.option.adds?.map(([name]) => name));
  for (const { option } of rest) {
    if (option.url === null || option.adds === null) return undefined;
    // A parameter that holds one value for all filters can't hold two.
    if (option.adds.some(([name]) => used.has(name))) return undefined;
    for (const [name, value] of option.adds) {
      used.add(name);
      url.searchParams.append(name, value);
    }
  }
  const applied = combination.map(({ filter, option }) => ({ filter, value: option.value }));
  return { applied, url: url.href };
}
