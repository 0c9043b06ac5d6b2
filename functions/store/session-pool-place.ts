import { poolPlaceOf, type PoolPlace } from "../core/session/session-rules.ts";
import type { PoolOrder, SessionCondition, SessionRecord } from "../core/session/session.ts";
import type { Item } from "./lease-item.ts";
import { SESSION_CLAUSE } from "./session-conditions.ts";
import { SESSION_ATTRIBUTE } from "./session-item.ts";

/**
 * What a writer believes of a session. The place in the index follows from it, and an expression can't work it out; so
 * every write that moves the session is conditional on the beliefs that it used. A wrong one costs a refused write, which
 * brings the truth along, and never a wrong place.
 */
export interface Belief {
  readonly pool: string | undefined;
  readonly order: PoolOrder;
  readonly condition: SessionCondition["kind"];
  readonly held: boolean;
}

/** Before the first sight of it a session is thought to be in no pool: right for those that jobs name. */
export const NO_SIGHT: Belief = { pool: undefined, order: "least-recently-used", condition: "ready", held: false };

export function beliefFrom({ pool, order, condition, holder }: SessionRecord): Belief {
  return { pool, order, condition: condition.kind, held: holder !== undefined };
}

/** How a write leaves a session, as far as the index looks at it. What is absent stays as it was. */
export interface Leaves {
  readonly condition?: SessionCondition["kind"];
  readonly held?: boolean;
  /** The write sets `expiresAtMs`. */
  readonly renewed?: boolean;
  /** The write sets `lastUsedAtMs` to its `nowMs`. */
  readonly used?: boolean;
}

/** Parts of one UpdateItem. */
export interface UpdateParts {
  readonly set?: readonly string[];
  readonly remove?: readonly string[];
  readonly conditions?: readonly string[];
}

/** `poolPlaceOf` as a part of one write. */
export function placeAfter(belief: Belief, leaves: Leaves): UpdateParts {
  if (belief.pool === undefined) return { conditions: [SESSION_CLAUSE.inNoPool] };
  const held = leaves.held ?? belief.held;
  const condition = leaves.condition ?? belief.condition;
  const list = condition === "retired" ? undefined : held ? "held" : condition;
  return {
    ...(list === undefined
      ? { remove: ["#poolList", "#poolSortMs"] }
      : { set: [`#poolList = :${list}List`, `#poolSortMs = ${sortMs(list, belief.order, leaves)}`] }),
    conditions: [
      SESSION_CLAUSE.inPool,
      ...(list === "ready" ? [SESSION_CLAUSE.inOrder] : []),
      ...(leaves.held === undefined ? [belief.held ? SESSION_CLAUSE.held : SESSION_CLAUSE.free] : []),
      // Whoever holds it, ready or not, stands in one list.
      ...(leaves.condition === undefined
        ? [list === "held" ? SESSION_CLAUSE.notRetired : SESSION_CLAUSE.conditionAsKnown]
        : []),
    ],
  };
}

/** The expression of `poolPlaceOf`'s number: a value of this write where it sets it, else what is stored. */
function sortMs(list: PoolPlace["list"], order: PoolOrder, leaves: Leaves): string {
  if (list === "held") return leaves.renewed === true ? ":expiresAtMs" : "#expiresAtMs";
  if (list === "unhealthy") return leaves.condition === undefined ? "#recheckAtMs" : ":recheckAtMs";
  const lastUsedAtMs = leaves.used === true ? ":nowMs" : "#lastUsedAtMs";
  switch (order) {
    case "least-recently-used":
      return lastUsedAtMs;
    case "round-robin":
      return "#lastLeasedAtMs";
    case "until-failure":
      return `:zero - ${lastUsedAtMs}`;
  }
}

/** Partition of one list of one pool in the index. */
export function poolListOf(list: PoolPlace["list"], pool: string): string {
  return `${list}#${pool}`;
}

/** The place of a record that is written as a whole. */
export function placeItem(record: SessionRecord): Item {
  const place = poolPlaceOf(record);
  if (place === undefined || record.pool === undefined) return {};
  return {
    [SESSION_ATTRIBUTE.poolList]: { S: poolListOf(place.list, record.pool) },
    [SESSION_ATTRIBUTE.poolSortMs]: { N: String(place.sortMs) },
  };
}
