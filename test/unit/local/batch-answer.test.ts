import { expect, test } from "vitest";

import { readBatchAnswer } from "../../../local/events/batch-answer.ts";

const ids = new Set(["a", "b"]);

test.each(["", "null", "{}", '{"batchItemFailures":null}', '{"batchItemFailures":[]}'])("%s is success", (body) => {
  expect(readBatchAnswer(body, ids)).toEqual({ kind: "handled", failed: new Set() });
});

test("names the failed messages", () => {
  const body = JSON.stringify({ batchItemFailures: [{ itemIdentifier: "b" }] });
  expect(readBatchAnswer(body, ids)).toEqual({ kind: "handled", failed: new Set(["b"]) });
});

test.each([
  ["no JSON", "{"],
  ["a text", '"ok"'],
  ["an empty identifier", '{"batchItemFailures":[{"itemIdentifier":""}]}'],
  ["a null identifier", '{"batchItemFailures":[{"itemIdentifier":null}]}'],
  ["a misspelt key", '{"batchItemFailures":[{"itemId":"a"}]}'],
  ["a message that isn't in the batch", '{"batchItemFailures":[{"itemIdentifier":"z"}]}'],
])("%s fails the whole batch", (_what, body) => {
  expect(readBatchAnswer(body, ids)).toMatchObject({ kind: "all-failed" });
});
