import type { AttributeValue, UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";

import type { Checkpoint, CheckpointBody } from "../core/checkpoint/checkpoint.ts";
import type { JobEvent } from "../core/job/job-history.ts";
import type { Release, TakeRequest } from "../core/lease/lease-store.ts";
import type { Lease, LeaseKey } from "../core/lease/lease.ts";
import {
  TAKEABLE,
  TAKEABLE_OR_REDRIVEN,
  UNDER_LEASE,
  UNDER_LEASE_AND_AHEAD,
  UNDER_LEASE_AND_NOT_OVERTAKEN,
  expiredBeforeMs,
} from "./lease-conditions.ts";
import { NO_EVENTS, givenBackList, historyList, takenList } from "./lease-history-list.ts";
import { ATTRIBUTE, garbageAtEpochSeconds, heldPartitionOf, type AttributeName, type Item } from "./lease-item.ts";
import { packJson } from "./packed-json.ts";

/** One conditional write of a lease item, but for the table's name. */
export type LeaseWrite = Omit<UpdateItemCommandInput, "TableName">;

/**
 * The fence and the count of attempts rise inside the write, so that no read comes before it.
 * @param takenBy unique to this take; the key's id, where this is its first take
 */
export function takeWrite(request: TakeRequest, nowMs: number, takenBy: string, retentionDays: number): LeaseWrite {
  const { key, owner, redriveOfFence, jobClass, strategy, site, messageId } = request;
  const expiresAtMs = nowMs + request.durationMs;
  const described = Object.entries({ jobClass, strategy, site, messageId });
  const given = described.filter((entry): entry is [AttributeName, string] => entry[1] !== undefined);
  const absent = described.flatMap(([name, value]) => (value === undefined ? [`#${name}`] : []));
  const event = takenList(request, nowMs);
  const assignments = [
    "#id = if_not_exists(#id, :takenBy)",
    "#leaseState = :held, #container = :container, #invocation = :invocation, #takenBy = :takenBy",
    "#fence = if_not_exists(#fence, :zero) + :one",
    "#attempt = if_not_exists(#countedAttempts, :zero) + :one",
    "#countedAttempts = if_not_exists(#countedAttempts, :zero) + :one",
    "#acquiredAtMs = :nowMs, #renewedAtMs = :nowMs, #expiresAtMs = :expiresAtMs",
    "#heldPartition = :heldPartition, #garbageAtEpochSeconds = :garbageAtEpochSeconds",
    ...given.map(([name]) => `#${name} = :${name}`),
    ...(event === undefined ? [] : [APPEND_EVENT]),
  ];
  const removals = ["#releaseReason", "#result", "#resultKind", "#finishedHistory", ...absent];
  return write(
    key,
    `SET ${assignments.join(", ")} REMOVE ${removals.join(", ")}`,
    redriveOfFence === undefined ? TAKEABLE : TAKEABLE_OR_REDRIVEN,
    {
      ":held": { S: "held" },
      ":released": { S: "released" },
      ":container": { S: owner.container },
      ":invocation": { S: owner.invocation },
      ":takenBy": { S: takenBy },
      ":zero": { N: "0" },
      ":one": { N: "1" },
      ":nowMs": number(nowMs),
      ":expiresAtMs": number(expiresAtMs),
      ":expiredBeforeMs": number(expiredBeforeMs(nowMs)),
      ":heldPartition": { S: heldPartitionOf(key) },
      ":garbageAtEpochSeconds": number(garbageAtEpochSeconds(expiresAtMs, retentionDays)),
      ...(redriveOfFence === undefined
        ? {}
        : {
            ":finished": { S: "finished" },
            ":completed": { S: "completed" },
            ":redriveOfFence": number(redriveOfFence),
          }),
      ...Object.fromEntries(given.map(([name, value]) => [`:${name}`, { S: value }])),
      ...(event === undefined ? {} : { ":event": event, ":noEvents": NO_EVENTS }),
    },
    "ALL_NEW",
  );
}

export function renewWrite(lease: Lease, durationMs: number, nowMs: number, retentionDays: number): LeaseWrite {
  const expiresAtMs = nowMs + durationMs;
  return write(
    lease.key,
    "SET #renewedAtMs = :nowMs, #expiresAtMs = :expiresAtMs, #garbageAtEpochSeconds = :garbageAtEpochSeconds",
    UNDER_LEASE_AND_NOT_OVERTAKEN,
    {
      ...underLease(lease),
      ":nowMs": number(nowMs),
      ":expiresAtMs": number(expiresAtMs),
      ":garbageAtEpochSeconds": number(garbageAtEpochSeconds(expiresAtMs, retentionDays)),
    },
  );
}

export function releaseWrite(lease: Lease, release: Release, nowMs: number, retentionDays: number): LeaseWrite {
  const { reason, countsAsAttempt, history } = release;
  const mark = givenBackList(lease.key, countsAsAttempt);
  const assignments = [
    "#leaseState = :released, #releaseReason = :reason, #garbageAtEpochSeconds = :garbageAtEpochSeconds",
    ...(countsAsAttempt ? [] : ["#countedAttempts = #countedAttempts - :one"]),
    ...(history === undefined ? [] : ["#history = :history"]),
    ...(history === undefined && mark !== undefined ? [APPEND_EVENT] : []),
  ];
  return write(lease.key, `SET ${assignments.join(", ")} REMOVE #heldPartition`, UNDER_LEASE, {
    ...underLease(lease),
    ":released": { S: "released" },
    ":reason": { S: reason },
    ":garbageAtEpochSeconds": number(garbageAtEpochSeconds(nowMs, retentionDays)),
    ...(countsAsAttempt ? {} : { ":one": { N: "1" } }),
    ...(history === undefined ? {} : { ":history": historyList(history) }),
    ...(history === undefined && mark !== undefined ? { ":event": mark, ":noEvents": NO_EVENTS } : {}),
  });
}

/** @param result JSON */
export function finishWrite(
  lease: Lease,
  resultKind: string,
  result: string,
  history: readonly JobEvent[] | undefined,
  nowMs: number,
  retentionDays: number,
): LeaseWrite {
  const finishedHistory = history === undefined ? "if_not_exists(#history, :noEvents)" : ":history";
  const assignments = [
    "#leaseState = :finished, #result = :result, #resultKind = :resultKind",
    `#finishedHistory = ${finishedHistory}, #garbageAtEpochSeconds = :garbageAtEpochSeconds`,
  ];
  return write(
    lease.key,
    `SET ${assignments.join(", ")} REMOVE #history, #heldPartition, #countedAttempts`,
    UNDER_LEASE,
    {
      ...underLease(lease),
      ":finished": { S: "finished" },
      ":result": packJson(result),
      ":resultKind": { S: resultKind },
      ":garbageAtEpochSeconds": number(garbageAtEpochSeconds(nowMs, retentionDays)),
      ...(history === undefined ? { ":noEvents": NO_EVENTS } : { ":history": historyList(history) }),
    },
  );
}

/** One form of the body takes the other's place. */
export function checkpointWrite(lease: Lease, checkpoint: Checkpoint): LeaseWrite {
  const { sequence, stage, savedAtMs, attempt, workedMs, body } = checkpoint;
  const [written, absent] = bodyAttributes(body);
  const values: Item = {
    checkpointSequence: number(sequence),
    checkpointStage: { S: stage },
    checkpointSavedAtMs: number(savedAtMs),
    checkpointAttempt: number(attempt),
    checkpointWorkedMs: number(workedMs),
    checkpointSealed: { BOOL: body.sealed },
    ...written,
  };
  const assignments = Object.keys(values).map((name) => `#${name} = :${name}`);
  const removals = absent.map((name) => `#${name}`);
  return write(lease.key, `SET ${assignments.join(", ")} REMOVE ${removals.join(", ")}`, UNDER_LEASE_AND_AHEAD, {
    ...underLease(lease),
    ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`:${name}`, value])),
  });
}

function bodyAttributes(body: CheckpointBody): [written: Item, absent: AttributeName[]] {
  return body.kind === "inline"
    ? [{ checkpointBody: { B: body.packed } }, ["checkpointObject", "checkpointBytes"]]
    : [{ checkpointObject: { S: body.key }, checkpointBytes: number(body.bytes) }, ["checkpointBody"]];
}

export function noteWrite(lease: Lease, history: readonly JobEvent[]): LeaseWrite {
  return write(lease.key, "SET #history = :history", UNDER_LEASE, {
    ...underLease(lease),
    ":history": historyList(history),
  });
}

const APPEND_EVENT = "#history = list_append(if_not_exists(#history, :noEvents), :event)";

function write(
  key: LeaseKey,
  update: string,
  condition: string,
  values: Item,
  returnValues: "ALL_NEW" | "NONE" = "NONE",
): LeaseWrite {
  return {
    Key: keyOf(key),
    UpdateExpression: update,
    ConditionExpression: condition,
    ExpressionAttributeNames: namesIn(update, condition),
    ExpressionAttributeValues: values,
    ReturnValues: returnValues,
    ReturnValuesOnConditionCheckFailure: "ALL_OLD",
  };
}

export function keyOf(key: LeaseKey): Item {
  return { [ATTRIBUTE.pk]: { S: key } };
}

/** DynamoDB refuses names that no expression uses, so the list is read from the expressions. */
function namesIn(...expressions: readonly string[]): Record<string, string> {
  const names = expressions.flatMap((text) => [...text.matchAll(/#(\w+)/gu)].map(([, name]) => name as AttributeName));
  return Object.fromEntries(names.map((name) => [`#${name}`, ATTRIBUTE[name]]));
}

function underLease({ owner, fence }: Lease): Item {
  return {
    ":held": { S: "held" },
    ":fence": number(fence),
    ":container": { S: owner.container },
    ":invocation": { S: owner.invocation },
  };
}

function number(value: number): AttributeValue {
  return { N: String(value) };
}
