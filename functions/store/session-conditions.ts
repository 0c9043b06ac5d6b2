/** Each clause of the conditions on session writes, with the values that it compares to. */
export const SESSION_CLAUSE = {
  new: "attribute_not_exists(#name)",
  known: "attribute_exists(#name)",

  // Who may take it.
  ready: "#condition = :ready",
  recheckDue: "(#condition = :unhealthy AND #recheckAtMs <= :nowMs)",
  sameAsSeen: "#fence = :ifFence",
  free: "attribute_not_exists(#container)",
  expired: "#expiresAtMs < :expiredBeforeMs",

  // Who may write. `release` removes the owner, so that an ended lease has the same owner as nobody.
  sameFence: "#fence = :fence",
  sameOwner: "#container = :container AND #invocation = :invocation",
  sameLogin: "#loginFence = :loginFence",
  sameRevision: "#revision = :revision",

  // That a write isn't carried out twice.
  notWritten: "(attribute_not_exists(#writeMark) OR #writeMark <> :writeMark)",
  notAmended: "(attribute_not_exists(#amendedBy) OR #amendedBy <> :writtenBy)",
  notRuled: "(attribute_not_exists(#ruledBy) OR #ruledBy <> :writtenBy)",
  notCounted: "(attribute_not_exists(#countedBy) OR #countedBy <> :writtenBy)",

  // What the place in the pool's index was worked out from.
  inPool: "#pool = :pool",
  inNoPool: "attribute_not_exists(#pool)",
  inOrder: "#order = :order",
  conditionAsKnown: "#condition = :knownCondition",
  notRetired: "#condition <> :retired",
  held: "attribute_exists(#container)",
} as const;

/** `sessionTakeable` as a condition. */
export function takeableSession(request: { readonly ifFence?: number; readonly recheck?: boolean }): string[] {
  const { ready, recheckDue, sameAsSeen, free, expired } = SESSION_CLAUSE;
  return [
    request.recheck === true ? `(${ready} OR ${recheckDue})` : ready,
    ...(request.ifFence === undefined ? [] : [sameAsSeen]),
    `(${free} OR ${expired})`,
  ];
}

/** `holdsSession` as a condition. */
export const UNDER_SESSION_LEASE = [SESSION_CLAUSE.sameFence, SESSION_CLAUSE.sameOwner] as const;
