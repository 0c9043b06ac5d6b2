import type { Invariant } from "./violation.ts";

export const deadLetters: Invariant = {
  name: "dead-letters",
  doc: "What neither completed nor was killed leaves a copy in the dead-letter queue, and what completed leaves none.",
  violations: ({ plan, results, deadLetters: copies }) =>
    plan.jobs.flatMap(({ id }) => {
      const result = results.find((one) => one.id === id);
      if (result === undefined) return [];
      // Who had a job killed needs no copy of it.
      if (result.kind === "killed") return [];
      const has = copies.includes(id);
      if (result.kind === "completed") return has ? [`${id} completed, and lies in the dead-letter queue`] : [];
      return has ? [] : [`${id} ended ${result.kind}, and no copy lies in the dead-letter queue`];
    }),
};
