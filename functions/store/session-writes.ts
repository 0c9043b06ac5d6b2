import type { UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";

import type { SessionChange, SessionTakeRequest } from "../core/session/session-store.ts";
import type { SessionCondition, SessionLease } from "../core/session/session.ts";
import { expiredBeforeMs } from "./lease-conditions.ts";
import type { Item } from "./lease-item.ts";
import { SESSION_CLAUSE, UNDER_SESSION_LEASE, takeableSession } from "./session-conditions.ts";
import { SESSION_ATTRIBUTE, attributeOf, type SessionAttributeName } from "./session-item.ts";
import { placeAfter, poolListOf, type Belief, type UpdateParts } from "./session-pool-place.ts";
import { markNameOf } from "./session-write-mark.ts";

/** One conditional write of a session item, but for the table's name. */
export type SessionItemWrite = Omit<UpdateItemCommandInput, "TableName">;

const OWNER_GONE: UpdateParts = {
  remove: ["#container", "#invocation", "#purpose", "#acquiredAtMs", "#renewedAtMs", "#expiresAtMs"],
};

/**
 * The fence rises inside the write, so that no read comes before it.
 * @param takenBy unique to this call
 */
export function takeSession(
  request: SessionTakeRequest,
  nowMs: number,
  takenBy: string,
  belief: Belief,
): SessionItemWrite {
  const { name, owner, purpose, ifFence } = request;
  return write(
    name,
    [
      {
        set: [
          "#container = :container, #invocation = :invocation, #purpose = :purpose, #takenBy = :writtenBy",
          "#fence = #fence + :one, #lastLeasedAtMs = :nowMs",
          "#acquiredAtMs = :nowMs, #renewedAtMs = :nowMs, #expiresAtMs = :expiresAtMs",
        ],
        conditions: takeableSession(request),
      },
      placeAfter(belief, { held: true, renewed: true }),
    ],
    {
      ...owner,
      purpose,
      ifFence,
      nowMs,
      expiresAtMs: nowMs + request.durationMs,
      expiredBeforeMs: expiredBeforeMs(nowMs),
      writtenBy: takenBy,
      ...believed(belief),
    },
  );
}

export function renewSession(lease: SessionLease, durationMs: number, nowMs: number, belief: Belief): SessionItemWrite {
  return write(
    lease.session,
    [
      {
        set: ["#renewedAtMs = :nowMs, #expiresAtMs = :expiresAtMs"],
        conditions: UNDER_SESSION_LEASE,
      },
      placeAfter(belief, { held: true, renewed: true }),
    ],
    { ...underLease(lease), nowMs, expiresAtMs: nowMs + durationMs, ...believed(belief) },
    "NONE",
  );
}

/** Leaves the index alone where the condition stays. */
export function saveSession(
  lease: SessionLease,
  change: SessionChange,
  nowMs: number,
  mark: Uint8Array,
  belief: Belief,
): SessionItemWrite {
  const moves = change.condition !== undefined;
  return write(
    lease.session,
    [
      underMark,
      changeParts(change),
      moves ? placeAfter(belief, { condition: change.condition?.kind, held: true }) : {},
    ],
    { ...underLease(lease), ...changeValues(change), nowMs, writeMark: mark, ...believed(belief) },
    "ALL_NEW",
    { "#writeMark": markNameOf(lease) },
  );
}

export function releaseSession(
  lease: SessionLease,
  change: SessionChange,
  nowMs: number,
  mark: Uint8Array,
  belief: Belief,
): SessionItemWrite {
  return write(
    lease.session,
    [
      underMark,
      changeParts(change),
      { set: ["#lastUsedAtMs = :nowMs"] },
      OWNER_GONE,
      placeAfter(belief, { condition: change.condition?.kind, held: false, used: true }),
    ],
    { ...underLease(lease), ...changeValues(change), nowMs, writeMark: mark, ...believed(belief) },
    "ALL_NEW",
    { "#writeMark": markNameOf(lease) },
  );
}

/** @param amendedBy unique to this call */
export function amendSession(
  name: string,
  basis: { readonly loginFence: number; readonly revision: number },
  change: Omit<SessionChange, "loggedIn">,
  nowMs: number,
  amendedBy: string,
  belief: Belief,
): SessionItemWrite {
  const used = change.uses !== undefined;
  const moves = used || change.condition !== undefined;
  const { sameLogin, sameRevision, notAmended } = SESSION_CLAUSE;
  return write(
    name,
    [
      { set: ["#amendedBy = :writtenBy"], conditions: [sameLogin, sameRevision, notAmended] },
      changeParts({ ...change, loggedIn: false }),
      used ? { set: ["#lastUsedAtMs = :nowMs"] } : {},
      moves ? placeAfter(belief, { condition: change.condition?.kind, used }) : {},
    ],
    {
      loginFence: basis.loginFence,
      revision: basis.revision,
      ...changeValues(change),
      nowMs,
      writtenBy: amendedBy,
      ...believed(belief),
    },
  );
}

/** @param ruledBy unique to this call */
export function ruleSession(
  name: string,
  condition: SessionCondition,
  ruledBy: string,
  belief: Belief,
): SessionItemWrite {
  const { known, notRuled } = SESSION_CLAUSE;
  return write(
    name,
    [
      {
        set: ["#fence = #fence + :one, #revision = #revision + :one, #ruledBy = :writtenBy"],
        conditions: [known, notRuled],
      },
      changeParts({ condition }),
      OWNER_GONE,
      placeAfter(belief, { condition: condition.kind, held: false }),
    ],
    { ...changeValues({ condition }), writtenBy: ruledBy, ...believed(belief) },
  );
}

/** Counts a late writer. @param countedBy unique to this call */
export function countFencedOut(name: string, countedBy: string): SessionItemWrite {
  const { known, notCounted } = SESSION_CLAUSE;
  const parts = {
    set: ["#fencedOut = #fencedOut + :one, #countedBy = :writtenBy"],
    conditions: [known, notCounted],
  };
  return write(name, [parts], { writtenBy: countedBy });
}

export function sessionKey(name: string): Item {
  return { [SESSION_ATTRIBUTE.name]: { S: name } };
}

const underMark: UpdateParts = {
  set: ["#writeMark = :writeMark"],
  conditions: [...UNDER_SESSION_LEASE, SESSION_CLAUSE.notWritten],
};

function changeParts({ sealed, loggedIn, condition, errorScore, uses }: SessionChange): UpdateParts {
  const set: string[] = [];
  if (sealed !== undefined) set.push("#sealed = :sealed, #revision = #revision + :one");
  if (loggedIn === true) set.push("#loginFence = #fence, #loggedInAtMs = :nowMs");
  if (errorScore !== undefined) set.push("#errorScore = :errorScore, #errorScoreAtMs = :errorScoreAtMs");
  if (uses !== undefined) set.push("#uses = #uses + :uses");
  if (condition === undefined) return { set };
  set.push("#condition = :condition");
  const parts = ["reason", "sinceMs", "recheckAtMs", "times"] as const;
  return {
    set: [...set, ...parts.filter((part) => part in condition).map((part) => `#${part} = :${part}`)],
    remove: parts.filter((part) => !(part in condition)).map((part) => `#${part}`),
  };
}

type Values = Readonly<Record<string, string | number | Uint8Array | undefined>>;

function changeValues({ sealed, condition, errorScore, uses }: SessionChange): Values {
  return {
    ...condition,
    condition: condition?.kind,
    sealed,
    errorScore: errorScore?.value,
    errorScoreAtMs: errorScore?.atMs,
    uses,
  };
}

function believed({ pool, order, condition }: Belief): Values {
  if (pool === undefined) return {};
  return {
    pool,
    order,
    knownCondition: condition,
    readyList: poolListOf("ready", pool),
    heldList: poolListOf("held", pool),
    unhealthyList: poolListOf("unhealthy", pool),
  };
}

function underLease({ owner, fence }: SessionLease): Values {
  return { container: owner.container, invocation: owner.invocation, fence };
}

const CONSTANTS: Values = { zero: 0, one: 1, ready: "ready", unhealthy: "unhealthy", retired: "retired" };

/** DynamoDB refuses names and values that no expression uses, so both lists are read from the expressions. */
function write(
  name: string,
  parts: readonly UpdateParts[],
  given: Values,
  returnValues: "ALL_NEW" | "NONE" = "ALL_NEW",
  aliases: Readonly<Record<string, SessionAttributeName>> = {},
): SessionItemWrite {
  const set = parts.flatMap((part) => part.set ?? []);
  const remove = parts.flatMap((part) => part.remove ?? []);
  const update = `SET ${set.join(", ")}${remove.length === 0 ? "" : ` REMOVE ${remove.join(", ")}`}`;
  const condition = parts.flatMap((part) => part.conditions ?? []).join(" AND ");
  const used = `${update} ${condition}`;
  const values = { ...CONSTANTS, ...given };
  return {
    Key: sessionKey(name),
    UpdateExpression: update,
    ConditionExpression: condition,
    ExpressionAttributeNames: Object.fromEntries(
      [...used.matchAll(/#(\w+)/gu)].map(([alias, attribute]) => [
        alias,
        SESSION_ATTRIBUTE[aliases[alias] ?? (attribute as SessionAttributeName)],
      ]),
    ),
    ExpressionAttributeValues: Object.fromEntries(
      [...used.matchAll(/:(\w+)/gu)].flatMap(([placeholder, value]) => {
        const found = values[value as string];
        return found === undefined ? [] : [[placeholder, attributeOf(found)]];
      }),
    ),
    ReturnValues: returnValues,
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  };
}
