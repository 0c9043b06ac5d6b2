import type { Invariant } from "./violation.ts";

export const isolation: Invariant = {
  name: "isolation",
  doc: "No state crosses contexts: no request carries another job's cookie, and no page finds another job's mark in its storage or on a channel.",
  violations: ({ visits }) =>
    visits
      .filter(({ foreign }) => foreign.length > 0)
      .map(({ job, page, foreign }) => `${job} page ${page} carried the marks of ${foreign.join(", ")}`),
};
