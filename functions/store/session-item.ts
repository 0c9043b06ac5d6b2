import type { AttributeValue } from "@aws-sdk/client-dynamodb";

import type {
  PoolOrder,
  SessionCondition,
  SessionLease,
  SessionLogin,
  SessionPolicy,
  SessionRecord,
} from "../core/session/session.ts";
import type { Item } from "./lease-item.ts";
import { packJson, unpackJson } from "./packed-json.ts";
import { SESSIONS_TABLE } from "./sessions-table.ts";

/** Every attribute of a session item: the only place that spells their names, with `sessions-table.ts`. */
export const SESSION_ATTRIBUTE = {
  name: SESSIONS_TABLE.partitionKey.name,
  poolList: SESSIONS_TABLE.poolIndex.partitionKey.name,
  poolSortMs: SESSIONS_TABLE.poolIndex.sortKey.name,

  site: "site",
  policy: "policy",
  pool: "pool",
  order: "order",
  /** Packed JSON. */
  login: "login",
  endpoint: "endpoint",
  pages: "pages",
  jobLimitMs: "jobLimitMs",
  maxAgeMs: "maxAgeMs",
  maxUses: "maxUses",

  /** The condition's kind. */
  condition: "condition",
  reason: "reason",
  sinceMs: "sinceMs",
  recheckAtMs: "recheckAtMs",
  times: "times",
  errorScore: "errorScore",
  errorScoreAtMs: "errorScoreAtMs",

  uses: "uses",
  createdAtMs: "createdAtMs",
  loggedInAtMs: "loggedInAtMs",
  lastUsedAtMs: "lastUsedAtMs",
  lastLeasedAtMs: "lastLeasedAtMs",
  fence: "fence",
  loginFence: "loginFence",
  revision: "revision",
  fencedOut: "fencedOut",

  /** The holder's; absent once it gave the session back. Its fence is `fence`. */
  container: "container",
  invocation: "invocation",
  purpose: "purpose",
  acquiredAtMs: "acquiredAtMs",
  renewedAtMs: "renewedAtMs",
  expiresAtMs: "expiresAtMs",

  sealed: "sealed",

  // Each tells a call's own write from another's after a lost answer: the last that created, took, amended and so on.
  createdBy: "createdBy",
  takenBy: "takenBy",
  amendedBy: "amendedBy",
  ruledBy: "ruledBy",
  countedBy: "countedBy",
  writeMark0: "writeMark0",
  writeMark1: "writeMark1",
  writeMark2: "writeMark2",
  writeMark3: "writeMark3",
} as const;

export type SessionAttributeName = keyof typeof SESSION_ATTRIBUTE;

/** What a list shows: everything but the state and the marks. */
export const LISTED: readonly SessionAttributeName[] = (
  Object.keys(SESSION_ATTRIBUTE) as readonly SessionAttributeName[]
).filter((name) => !/^(sealed|poolList|poolSortMs|writeMark\d|\w+By)$/u.test(name));

/** A new session's item. */
export function itemFromRecord(record: SessionRecord, createdBy: string): Item {
  const { condition, errorScore, login, holder: _holder, ...flat } = record;
  return {
    ...Object.fromEntries(
      Object.entries(flat)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [SESSION_ATTRIBUTE[name as keyof typeof flat], attributeOf(value)]),
    ),
    ...(login === undefined ? {} : { [SESSION_ATTRIBUTE.login]: packJson(JSON.stringify(login)) }),
    [SESSION_ATTRIBUTE.condition]: { S: condition.kind },
    [SESSION_ATTRIBUTE.errorScore]: attributeOf(errorScore.value),
    [SESSION_ATTRIBUTE.errorScoreAtMs]: attributeOf(errorScore.atMs),
    [SESSION_ATTRIBUTE.createdBy]: { S: createdBy },
  };
}

export function attributeOf(value: string | number | Uint8Array): AttributeValue {
  if (typeof value === "string") return { S: value };
  return typeof value === "number" ? { N: String(value) } : { B: value };
}

/** Reads an item. Attributes that the record has no field for are left out, absent ones stay absent. */
export function sessionFromItem(item: Item): SessionRecord {
  return withoutAbsent({
    name: stringOf(item, "name"),
    site: stringOf(item, "site"),
    policy: stringOf(item, "policy") as SessionPolicy,
    pool: item[SESSION_ATTRIBUTE.pool]?.S,
    order: stringOf(item, "order") as PoolOrder,
    login: loginOf(item),
    endpoint: item[SESSION_ATTRIBUTE.endpoint]?.S,
    pages: numberOf(item, "pages"),
    jobLimitMs: numberOf(item, "jobLimitMs"),
    maxAgeMs: optionalNumberOf(item, "maxAgeMs"),
    maxUses: optionalNumberOf(item, "maxUses"),
    condition: conditionOf(item),
    errorScore: { value: numberOf(item, "errorScore"), atMs: numberOf(item, "errorScoreAtMs") },
    uses: numberOf(item, "uses"),
    createdAtMs: numberOf(item, "createdAtMs"),
    loggedInAtMs: optionalNumberOf(item, "loggedInAtMs"),
    lastUsedAtMs: numberOf(item, "lastUsedAtMs"),
    lastLeasedAtMs: numberOf(item, "lastLeasedAtMs"),
    fence: numberOf(item, "fence"),
    loginFence: numberOf(item, "loginFence"),
    revision: numberOf(item, "revision"),
    holder: holderOf(item),
    fencedOut: numberOf(item, "fencedOut"),
    sealed: item[SESSION_ATTRIBUTE.sealed]?.B,
  });
}

function holderOf(item: Item): SessionLease | undefined {
  if (item[SESSION_ATTRIBUTE.container] === undefined) return undefined;
  return {
    session: stringOf(item, "name"),
    owner: { container: stringOf(item, "container"), invocation: stringOf(item, "invocation") },
    fence: numberOf(item, "fence"),
    purpose: stringOf(item, "purpose") as SessionLease["purpose"],
    acquiredAtMs: numberOf(item, "acquiredAtMs"),
    renewedAtMs: numberOf(item, "renewedAtMs"),
    expiresAtMs: numberOf(item, "expiresAtMs"),
  };
}

function conditionOf(item: Item): SessionCondition {
  const kind = stringOf(item, "condition") as SessionCondition["kind"];
  if (kind === "ready") return { kind };
  const found = { reason: stringOf(item, "reason"), sinceMs: numberOf(item, "sinceMs") };
  if (kind === "retired") return { kind, ...found };
  return { kind, ...found, recheckAtMs: numberOf(item, "recheckAtMs"), times: numberOf(item, "times") };
}

function loginOf(item: Item): SessionLogin | undefined {
  const json = unpackJson(item[SESSION_ATTRIBUTE.login]);
  return json === undefined ? undefined : (JSON.parse(json) as SessionLogin);
}

function stringOf(item: Item, name: SessionAttributeName): string {
  const value = item[SESSION_ATTRIBUTE[name]]?.S;
  if (value === undefined) throw broken(item, name, "a string");
  return value;
}

function numberOf(item: Item, name: SessionAttributeName): number {
  const value = optionalNumberOf(item, name);
  if (value === undefined) throw broken(item, name, "a number");
  return value;
}

function optionalNumberOf(item: Item, name: SessionAttributeName): number | undefined {
  const value = item[SESSION_ATTRIBUTE[name]]?.N;
  return value === undefined ? undefined : Number(value);
}

function broken(item: Item, name: SessionAttributeName, what: string): TypeError {
  return new TypeError(`session item ${item[SESSION_ATTRIBUTE.name]?.S}: ${name} must be ${what}`);
}

function withoutAbsent(record: SessionRecord): SessionRecord {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== undefined),
  ) as unknown as SessionRecord;
}
