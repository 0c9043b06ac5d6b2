/** A source of numbers that depends on nothing but its seed. */
export interface Random {
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number;
  chance(ratio: number): boolean;
  pick<T>(choices: readonly [T, ...T[]]): T;
  /** `count` different choices, in the order of `choices`. */
  sample<T>(choices: readonly T[], count: number): T[];
}

/** mulberry32 (public domain, Tommy Ettinger): 32 bits of state are plenty for a catalogue. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    int,
    chance: (ratio) => next() < ratio,
    pick: (choices) => choices[int(0, choices.length - 1)] ?? choices[0],
    sample: (choices, count) => {
      const left = choices.map((_, index) => index);
      const taken = new Set<number>();
      while (taken.size < count && left.length > 0) {
        for (const index of left.splice(int(0, left.length - 1), 1)) taken.add(index);
      }
      return choices.filter((_, index) => taken.has(index));
    },
  };
}
