import { InvalidArgumentError } from "commander";

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Reads an option such as `90s`, `45m`, `12h` or `7d` into milliseconds. */
export function durationMs(value: string): number {
  const [, amount, unit] = /^(\d{1,9})(ms|s|m|h|d)$/u.exec(value) ?? [];
  const ms = Number(amount) * (UNIT_MS[unit as keyof typeof UNIT_MS] ?? Number.NaN);
  if (ms > 0) return ms;
  throw new InvalidArgumentError("It must be a number with its unit: ms, s, m, h or d, such as 45m or 12h.");
}

/** For people: the two largest units, such as `3 d 4 h`. */
export function describeMs(ms: number): string {
  const units = Object.entries(UNIT_MS)
    .toReversed()
    .filter(([name]) => name !== "ms");
  let rest = Math.max(0, Math.round(ms / 1_000) * 1_000);
  const parts = units.flatMap(([name, unitMs]) => {
    const amount = Math.floor(rest / unitMs);
    rest -= amount * unitMs;
    return amount === 0 ? [] : [`${amount} ${name === "m" ? "min" : name}`];
  });
  return parts.length === 0 ? "0 s" : parts.slice(0, 2).join(" ");
}
