import { describe, expect, test } from "vitest";

import { classifyError } from "../../../../functions/core/job/classify-error.ts";
import {
  ArtifactRefused,
  QueueUnavailable,
  StoreUnavailable,
  TooLarge,
} from "../../../../functions/core/job/store-failures.ts";

describe("a failure of a store or queue, thrown through a strategy", () => {
  test.each([
    [new StoreUnavailable("put a", new TypeError("reset")), true, "put a: TypeError: reset"],
    [new QueueUnavailable("publish", "no answer"), true, "publish: no answer"],
    [new TooLarge("the result", 11, 10), false, "the result is 11 bytes; at most 10 fit"],
    [new ArtifactRefused("name", "must not be empty", '""'), false, 'name: must not be empty (got "")'],
  ])("%s says by its kind whether another attempt may help", (failure, retryable, message) => {
    expect(classifyError(failure)).toEqual({ error: { name: failure.constructor.name, message }, retryable });
  });
});
