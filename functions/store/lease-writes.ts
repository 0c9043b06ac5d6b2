import type { AttributeValue, UpdateItemCommandInput } from "@aws-sdk/client-dynamodb";

import type { TakeRequest } from "../core/lease/lease-store.ts";
import type { Lease, LeaseKey } from "../core/lease/lease.ts";
import {
  TAKEABLE,
  TAKEABLE_OR_REDRIVEN,
  UNDER_LEASE,
  UNDER_LEASE_AND_AHEAD,
  expiredBeforeMs,
} from "./lease-conditions.ts";
import { ATTRIBUTE, garbageAtEpochSeconds, heldPartitionOf, type AttributeName, type Item } from "./lease-item.ts";
import { packJson } from "./packed-json.ts";

/** One conditional write of a lease item, but for the table's name. */
export type LeaseWrite = Omit<UpdateItemCommandInput, "TableName">;

/**
 * The fence and the count of attempts rise inside the write, so that no read comes before it.
 * @param takenBy unique to this call
 */
export function takeWrite(request: TakeRequest, nowMs: number, takenBy: string, retentionDays: number): LeaseWrite {
  const { key, owner, redriveOfFence, jobClass, strategy, site, messageId } = request;
  const expiresAtMs = nowMs + request.durationMs;
  const described = Object.entries({ jobClass, strategy, site, messageId });
  const given = described.filter((entry): entry is [AttributeName, string] => entry[1] !== undefined);
  const absent = described.flatMap(([name, value]) => (value === undefined ? [`#${name}`] : []));
  const assignments = [
    "#leaseState = :held, #container = :container, #invocation = :invocation, #takenBy = :takenBy",
    "#fence = if_not_exists(#fence, :zero) + :one",
    "#attempt = if_not_exists(#countedAttempts, :zero) + :one",
    "#countedAttempts = if_not_exists(#countedAttempts, :zero) + :one",
    "#acquiredAtMs = :nowMs, #renewedAtMs = :nowMs, #expiresAtMs = :expiresAtMs",
    "#heldPartition = :heldPartition, #garbageAtEpochSeconds = :garbageAtEpochSeconds",
    ...given.map(([name]) => `#${name} = :${name}`),
  ];
  const removals = ["#releaseReason", "#result", "#resultKind", ...absent];
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
    },
    "ALL_NEW",
  );
}

export function renewWrite(lease: Lease, durationMs: number, nowMs: number, retentionDays: number): LeaseWrite {
  const expiresAtMs = nowMs + durationMs;
  return write(
    lease.key,
    "SET #renewedAtMs = :nowMs, #expiresAtMs = :expiresAtMs, #garbageAtEpochSeconds = :garbageAtEpochSeconds",
    UNDER_LEASE,
    {
      ...underLease(lease),
      ":nowMs": number(nowMs),
      ":expiresAtMs": number(expiresAtMs),
      ":garbageAtEpochSeconds": number(garbageAtEpochSeconds(expiresAtMs, retentionDays)),
    },
  );
}

export function releaseWrite(
  lease: Lease,
  reason: string,
  countsAsAttempt: boolean,
  nowMs: number,
  retentionDays: number,
): LeaseWrite {
  const count = countsAsAttempt ? "" : ", #countedAttempts = #countedAttempts - :one";
  return write(
    lease.key,
    `SET #leaseState = :released, #releaseReason = :reason, #garbageAtEpochSeconds = :garbageAtEpochSeconds${count} REMOVE #heldPartition`,
    UNDER_LEASE,
    {
      ...underLease(lease),
      ":released": { S: "released" },
      ":reason": { S: reason },
      ":garbageAtEpochSeconds": number(garbageAtEpochSeconds(nowMs, retentionDays)),
      ...(countsAsAttempt ? {} : { ":one": { N: "1" } }),
    },
  );
}

/** @param result JSON */
export function finishWrite(
  lease: Lease,
  resultKind: string,
  result: string,
  nowMs: number,
  retentionDays: number,
): LeaseWrite {
  return write(
    lease.key,
    "SET #leaseState = :finished, #result = :result, #resultKind = :resultKind, #garbageAtEpochSeconds = :garbageAtEpochSeconds REMOVE #heldPartition, #countedAttempts",
    UNDER_LEASE,
    {
      ...underLease(lease),
      ":finished": { S: "finished" },
      ":result": packJson(result),
      ":resultKind": { S: resultKind },
      ":garbageAtEpochSeconds": number(garbageAtEpochSeconds(nowMs, retentionDays)),
    },
  );
}

/** @param checkpoint JSON */
export function checkpointWrite(lease: Lease, sequence: number, checkpoint: string): LeaseWrite {
  return write(lease.key, "SET #checkpoint = :checkpoint, #checkpointSequence = :sequence", UNDER_LEASE_AND_AHEAD, {
    ...underLease(lease),
    ":checkpoint": packJson(checkpoint),
    ":sequence": number(sequence),
  });
}

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
