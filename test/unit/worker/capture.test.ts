import { expect, test } from "vitest";

import type { StateSnapshot } from "../../../functions/core/session/state/session-state.ts";
import { stateOf } from "../../../functions/worker/checkpoints/capture.ts";

const context = (state: StateSnapshot) => ({ readState: () => Promise.resolve(state) });
const shop = "https://shop.example";

test("a context that holds nothing has no state", async () => {
  expect(await stateOf(context({ cookies: [], origins: [{ origin: shop, local: {} }] }), undefined)).toBeUndefined();
});

test("what couldn't be read is as it was at the last checkpoint; what is empty now is empty", async () => {
  const before: StateSnapshot = {
    cookies: [],
    origins: [
      { origin: shop, local: { token: "t" }, session: { step: "2" } },
      { origin: "https://other.example", local: { seen: "yes" } },
    ],
  };
  const now: StateSnapshot = { cookies: [], origins: [{ origin: shop, session: {} }] };
  expect(await stateOf(context(now), before)).toEqual({
    cookies: [],
    origins: [{ origin: shop, local: { token: "t" }, session: {} }, before.origins[1]],
  });
});
