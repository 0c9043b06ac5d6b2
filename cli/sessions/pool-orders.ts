import type { SessionDefinition } from "../../functions/core/session/session.ts";
import type { SessionProblem } from "./problem.ts";

/** A pool has one order: its index holds one sort key for each session, and two kinds of them say nothing together. */
export function poolOrderProblems(
  added: readonly SessionDefinition[],
  stored: readonly Pick<SessionDefinition, "pool" | "order">[],
): SessionProblem[] {
  const orders = new Map(stored.flatMap(({ pool, order }) => (pool === undefined ? [] : [[pool, order] as const])));
  const problems = new Map<string, SessionProblem>();
  for (const { name, pool, order } of added) {
    if (pool === undefined) continue;
    const known = orders.get(pool);
    if (known === undefined) orders.set(pool, order);
    else if (known !== order) {
      const rule = `must be the pool's: sessions of ${pool} have ${known}`;
      const key = `${pool} ${order}`;
      if (!problems.has(key)) problems.set(key, { session: name, field: "order", rule, value: JSON.stringify(order) });
    }
  }
  return [...problems.values()];
}
