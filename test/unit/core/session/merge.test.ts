import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { changesBetween } from "../../../../functions/core/session/state/changes.ts";
import { mergeStates } from "../../../../functions/core/session/state/merge.ts";
import type { SessionState, SnapshotCookie } from "../../../../functions/core/session/state/session-state.ts";
import { nextStamp } from "../../../../functions/core/session/state/stamp.ts";
import { snapshotOf, stateFrom } from "../../../../functions/core/session/state/states.ts";
import { cookieOf, NOW_MS, snapshot, stamp, states } from "./state-fixtures.ts";

/** How writers bring their changes together. */
interface Scheme {
  readonly merge: typeof mergeStates;
  readonly stamp: typeof nextStamp;
  readonly changes: typeof changesBetween;
}

const scheme: Scheme = { merge: mergeStates, stamp: nextStamp, changes: changesBetween };

const overwriting: Scheme = {
  ...scheme,
  merge: (_stored, mine) => mine,
  changes: (_base, now, at) => stateFrom(now, at),
};
const withoutTombstones: Scheme = {
  ...scheme,
  merge: (one, other) => {
    const live = Object.entries(mergeStates(one, other).records).filter(([, { value }]) => value !== null);
    return { v: 1, records: Object.fromEntries(live) };
  },
};
const wallClock: Scheme = { ...scheme, stamp: (_state, { fence, nowMs, writer }) => ({ fence, atMs: nowMs, writer }) };

type Property = (scheme: Scheme) => fc.IProperty<unknown>;

const idempotent: Property = ({ merge }) => fc.property(states, (one) => same(merge(one, one), one));
const commutative: Property = ({ merge }) =>
  fc.property(states, states, (one, other) => same(merge(one, other), merge(other, one)));
const associative: Property = ({ merge }) =>
  fc.property(states, states, states, (one, two, three) =>
    same(merge(merge(one, two), three), merge(one, merge(two, three))),
  );

const skews = fc.integer({ min: -2_000, max: 2_000 });

/** Each writer has a cookie of its own to change or delete; all start from the same state and write in any order, some twice. */
const noLostUpdate: Property = (tried) => {
  const writers = fc.uniqueArray(fc.record({ id: fc.nat(5), skewMs: skews, deletes: fc.boolean() }), {
    selector: ({ id }) => id,
    minLength: 2,
    maxLength: 5,
  });
  return fc.property(writers, fc.array(fc.nat(4), { maxLength: 4 }), (all, again) => {
    const start = stateFrom(snapshot(Array.from({ length: 6 }, (_, id) => cookieOf(`own-${id}`))), stamp(1, NOW_MS));
    const written = all.map(({ id, skewMs, deletes }) => {
      const edit = (jar: SnapshotCookie[]) => [
        ...jar.filter(({ name }) => name !== `own-${id}`),
        ...(deletes ? [] : [cookieOf(`own-${id}`, "changed")]),
      ];
      return edited(tried, start, `writer-${id}`, NOW_MS + skewMs, edit);
    });
    const order = [...written, ...again.flatMap((index) => written[index] ?? [])];
    const end = order.reduce((stored, mine) => tried.merge(stored, mine), start);
    return all.every(({ id, deletes }) => valueIn(end, `own-${id}`) === (deletes ? undefined : "changed"));
  });
};

/** One writer deletes a cookie; others, who still have it and changed it before, write late, in any order. */
const deletedStaysDeleted: Property = (tried) =>
  fc.property(
    fc.array(fc.record({ agoMs: fc.nat(5_000), touches: fc.boolean() }), { minLength: 1, maxLength: 4 }),
    (late) => {
      const start = stateFrom(snapshot([cookieOf("sid"), cookieOf("gone")]), stamp(1, NOW_MS - 60_000));
      const deleted = edited(tried, start, "deleter", NOW_MS, (jar) => jar.filter(({ name }) => name !== "gone"));
      const stale = late.map(({ agoMs, touches }, index) =>
        edited(tried, start, `stale-${index}`, NOW_MS - 1 - agoMs, (jar) => [
          ...jar.filter(({ name }) => !touches || name !== "gone"),
          ...(touches ? [cookieOf("gone", `late-${index}`)] : []),
          cookieOf(`seen-${index}`),
        ]),
      );
      const end = stale.reduce((stored, mine) => tried.merge(stored, mine), tried.merge(start, deleted));
      return valueIn(end, "gone") === undefined;
    },
  );

/** Whatever a writer's clock says, a change to what it has read takes effect. */
const changeTakesEffect: Property = (tried) =>
  fc.property(skews, fc.boolean(), (skewMs, deletes) => {
    const start = stateFrom(snapshot([cookieOf("sid")]), stamp(1, NOW_MS, "other"));
    const mine = edited(tried, start, "me", NOW_MS + skewMs, () => (deletes ? [] : [cookieOf("sid", "changed")]));
    return valueIn(tried.merge(start, mine), "sid") === (deletes ? undefined : "changed");
  });

const properties: Readonly<Record<string, Property>> = {
  idempotent,
  commutative,
  associative,
  noLostUpdate,
  deletedStaysDeleted,
  changeTakesEffect,
};

test.for(Object.entries(properties))("merging: %s", ([, property]) => {
  fc.assert(property(scheme), { numRuns: 1_000 });
});

describe("known-bad twins fail the same properties", () => {
  test.for([
    ["whole-state overwrite", overwriting, ["commutative", "noLostUpdate", "deletedStaysDeleted"]],
    ["a merge without tombstones", withoutTombstones, ["associative", "deletedStaysDeleted"]],
    ["the wall clock alone", wallClock, ["changeTakesEffect"]],
  ] as const)("%s", ([, bad, broken]) => {
    const failed = broken.filter((name) => fc.check(properties[name]!(bad), { numRuns: 1_000 }).failed);
    expect(failed).toEqual(broken);
  });
});

function edited(
  tried: Scheme,
  state: SessionState,
  writer: string,
  nowMs: number,
  edit: (jar: SnapshotCookie[]) => SnapshotCookie[],
): SessionState {
  const base = snapshotOf(state, { nowMs });
  return tried.changes(base, snapshot(edit([...base.cookies])), tried.stamp(state, { fence: 1, nowMs, writer }));
}

function valueIn(state: SessionState, name: string): string | undefined {
  return snapshotOf(state, { nowMs: NOW_MS }).cookies.find((cookie) => cookie.name === name)?.value;
}

/** Equal as values, the order of fields aside. */
function same(one: SessionState, other: SessionState): boolean {
  expect(one).toEqual(other);
  return true;
}
