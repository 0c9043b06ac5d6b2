import { expect, test } from "vitest";

import { DEFAULT_BROWSER_SETTINGS } from "../../../../functions/browser/browser-settings.ts";
import { IdleContextsRound } from "../../../../functions/browser/health/idle-contexts.ts";
import type { PooledBrowser } from "../../../../functions/browser/pooled-browser.ts";
import type { PooledContext } from "../../../../functions/browser/pooled-context.ts";

/** Contexts that wait, and whose renderers answer when they are told to. */
function waiting(count: number) {
  const retired: string[] = [];
  const answers = Array.from({ length: count }, () => Promise.withResolvers<boolean>());
  const asked: number[] = [];
  const contexts = answers.map((answer, index) => ({
    id: `context-${index}`,
    state: { kind: "pristine" },
    isSound: true,
    isSilent: false,
    inspected: Promise.resolve(),
    answers: () => {
      asked.push(index);
      return answer.promise;
    },
  })) as unknown as PooledContext[];
  const browser = { contexts: new Set(contexts) } as unknown as PooledBrowser;
  const round = new IdleContextsRound({
    settings: { ...DEFAULT_BROWSER_SETTINGS, chromiumDir: "/none" },
    clock: { wallMs: () => 0, monotonicMs: () => 0 },
    browsers: () => [browser],
    retire: (context, reason) => void retired.push(`${context.id} ${reason}`),
  });
  return { round, contexts, answers, asked, retired };
}

test("when the watch stops, the one that is being asked is the last", async () => {
  const { round, answers, asked, retired } = waiting(3);
  const stopped = new AbortController();
  const look = round.look(stopped.signal);
  stopped.abort();
  answers[0]?.resolve(false);
  await look;
  expect(asked).toEqual([0]);
  expect(retired).toEqual(["context-0 silent"]);
});

test("one that was leased while it was asked, and didn't answer, is known to be silent to who has leased it", async () => {
  const { round, contexts, answers, retired } = waiting(1);
  const look = round.look(new AbortController().signal);
  const [context] = contexts as [PooledContext];
  context.state = { kind: "leased" };
  answers[0]?.resolve(false);
  await context.inspected;
  expect(context.isSilent).toBe(true);
  await look;
  expect(retired).toEqual([]);
});
