import { PassThrough } from "node:stream";

import fc from "fast-check";
import { expect, test } from "vitest";

import { PipeTransport } from "../../../functions/browser/cdp/pipe-transport.ts";

function open() {
  const commands = new PassThrough();
  const answers = new PassThrough();
  const transport = new PipeTransport(commands, answers);
  const received: object[] = [];
  const ends: (string | undefined)[] = [];
  listen(transport, { onmessage: (message) => received.push(message), onclose: (reason) => ends.push(reason) });
  return { commands, answers, transport, received, ends };
}

/** As Playwright does: by assignment. */
function listen(
  transport: PipeTransport,
  listeners: { onmessage?: (message: object) => void; onclose?: (reason?: string) => void },
): void {
  Object.assign(transport, listeners);
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function settle(count: () => boolean): Promise<void> {
  for (let turns = 0; turns < 1_000 && !count(); turns += 1) await turn();
}

test("messages arrive whole and in order, wherever the pipe cuts them", async () => {
  const messages = fc.array(fc.record({ id: fc.nat(), text: fc.string({ unit: "grapheme", maxLength: 20 }) }), {
    minLength: 1,
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(messages, fc.array(fc.nat(400), { maxLength: 12 }), async (sent, cuts) => {
      const { answers, received } = open();
      const bytes = Buffer.from(sent.map((message) => `${JSON.stringify(message)}\0`).join(""));
      const places = [0, ...cuts.map((cut) => cut % bytes.length).toSorted((one, other) => one - other), bytes.length];
      for (const [index, place] of places.entries()) answers.write(bytes.subarray(places[index - 1] ?? 0, place));
      await settle(() => received.length === sent.length);
      expect(received).toEqual(sent);
    }),
    { numRuns: 100 },
  );
});

test("known-bad twin: a reader that takes each chunk for a message fails on the same cuts", () => {
  const bytes = Buffer.from(`${JSON.stringify({ id: 1, text: "é" })}\0`);
  const pieces = [bytes.subarray(0, 17), bytes.subarray(17)];
  expect(() => pieces.map((piece) => JSON.parse(piece.toString().replaceAll("\0", "")) as object)).toThrow(SyntaxError);
});

test("a message of 16 MiB in small chunks arrives", async () => {
  const { answers, received } = open();
  const bytes = Buffer.from(`${JSON.stringify({ text: "x".repeat(16 * 1024 * 1024) })}\0`);
  for (let start = 0; start < bytes.length; start += 65_536) answers.write(bytes.subarray(start, start + 65_536));
  await settle(() => received.length === 1);
  expect((received[0] as { text: string }).text).toHaveLength(16 * 1024 * 1024);
});

test("commands are written as JSON and NUL", async () => {
  const { commands, transport } = open();
  transport.send({ id: 1, method: "Browser.getVersion" });
  expect(String(commands.read())).toBe('{"id":1,"method":"Browser.getVersion"}\0');
});

test("each message has a task of its own", async () => {
  const { answers, transport } = open();
  const order: string[] = [];
  listen(transport, {
    onmessage: (message) => {
      order.push(`message ${(message as { id: number }).id}`);
      queueMicrotask(() => order.push("its consequence"));
    },
  });
  answers.write('{"id":1}\0{"id":2}\0');
  await settle(() => order.length === 4);
  expect(order).toEqual(["message 1", "its consequence", "message 2", "its consequence"]);
});

test.each([
  ["the browser's end closes", (pipes: ReturnType<typeof open>) => pipes.answers.destroy(), /closed its end/u],
  ["a write fails", (pipes: ReturnType<typeof open>) => pipes.commands.destroy(new Error("write EPIPE")), /EPIPE/u],
  [
    "a read fails",
    (pipes: ReturnType<typeof open>) => pipes.answers.destroy(new Error("read ECONNRESET")),
    /ECONNRESET/u,
  ],
  ["it is closed here", (pipes: ReturnType<typeof open>) => pipes.transport.close(), /by this process/u],
  ["what comes isn't JSON", (pipes: ReturnType<typeof open>) => pipes.answers.write("no\0"), /not a message: no/u],
])("when %s the end is told once, and nothing is sent or received after it", async (_how, end, reason) => {
  const pipes = open();
  end(pipes);
  await settle(() => pipes.ends.length > 0);
  pipes.transport.close();
  pipes.answers.destroy();
  await turn();
  expect(pipes.ends).toEqual([expect.stringMatching(reason)]);
  expect(() => pipes.transport.send({ id: 1 })).toThrow("The browser's pipe has ended");
  expect(pipes.received).toEqual([]);
  expect([pipes.commands.destroyed, pipes.answers.destroyed]).toEqual([true, true]);
});

test("a listener that comes after the end is told of it", () => {
  const transport = new PipeTransport(new PassThrough(), new PassThrough());
  transport.close();
  const ends: (string | undefined)[] = [];
  listen(transport, { onclose: (reason) => ends.push(reason) });
  expect(ends).toEqual(["closed by this process"]);
});
