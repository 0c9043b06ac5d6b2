import type { Invariant } from "./violation.ts";

const DISPLACED_MAX = 2;

export const displacements: Invariant = {
  name: "displacements",
  doc: `No job is displaced by critical work more than ${DISPLACED_MAX} times.`,
  violations: ({ records }) =>
    records.flatMap(({ job, events }) => {
      const times = events.filter(({ kind }) => kind === "displaced").length;
      return times > DISPLACED_MAX ? [`${job} was displaced ${times} times`] : [];
    }),
};
