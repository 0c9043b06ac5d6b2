import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { deadLetterAttributes } from "../../../functions/queue/dead-letter.ts";
import { SQS_MESSAGE_MAX_BYTES } from "../../../functions/queue/message-attributes.ts";
import { sqsJson, sqsText } from "../../../functions/queue/sqs-text.ts";

/** What SQS takes. Source: SQS API reference, SendMessage. */
// oxlint-disable-next-line no-control-regex -- three of them are taken
const TAKEN = /^[\u{9}\u{A}\u{D}\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]+$/u;
const anyText = fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 40 });
const hardText = fc.string({
  unit: fc.constantFrom("\uFFFE", "\uFFFF", "\uD83C", "\uDF50", "\0", "\n", "a", "\u007F"),
});

describe("what goes to SQS", () => {
  test("as JSON is taken, and reads as the same value", () => {
    fc.assert(
      fc.property(fc.oneof(anyText, hardText), (text) => {
        const json = sqsJson({ [text]: text });
        expect(json).toMatch(TAKEN);
        expect(JSON.parse(json)).toEqual({ [text]: text });
      }),
    );
  });

  test("as text is taken, never empty and never too long", () => {
    fc.assert(
      fc.property(fc.oneof(anyText, hardText), (text) => {
        const clean = sqsText(text, 10);
        expect(clean).toMatch(TAKEN);
        expect(clean.length).toBeLessThanOrEqual(10);
      }),
    );
    expect(sqsText("pear 🍐\n", 100)).toBe("pear 🍐\n");
  });
});

describe("the attributes of a dead-lettered copy", () => {
  test("give way to the body at SQS's limit: the reason first, then the fence", () => {
    const namesBeside = (bodyBytes: number) => Object.keys(deadLetterAttributes("x".repeat(bodyBytes), "why", 7));
    // SubletReason String why: 21 bytes; SubletFence Number 7: 18 bytes.
    expect(namesBeside(SQS_MESSAGE_MAX_BYTES - 39)).toEqual(["SubletFence", "SubletReason"]);
    expect(namesBeside(SQS_MESSAGE_MAX_BYTES - 38)).toEqual(["SubletFence"]);
    expect(namesBeside(SQS_MESSAGE_MAX_BYTES - 18)).toEqual(["SubletFence"]);
    expect(namesBeside(SQS_MESSAGE_MAX_BYTES - 17)).toEqual([]);
  });
});
