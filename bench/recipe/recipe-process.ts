import { isDeepStrictEqual } from "node:util";

import type { Page } from "playwright-core";

import { PipeTransport } from "../../functions/browser/cdp/pipe-transport.ts";
import { launchChromium } from "../../functions/browser/launch.ts";
import type { StrategyRun } from "../../functions/strategies/contract/define-strategy.ts";
import recipe from "../../functions/strategies/recipe.ts";
import { CARD_FIELDS, CARD_LIST, CARD_RECIPE_FIELDS, type CardField } from "./card-list.ts";

export interface RecipeTask {
  readonly chromiumDir: string;
  readonly tempDir: string;
  readonly origin: string;
  readonly reads: number;
}

/** One whole read of the list. */
export interface ReadSample {
  readonly ms: number;
  /** Commands that went down the pipe to the browser. Each waits for its answer. */
  readonly roundTrips: number;
  /** Commands, answers and events, both ways. */
  readonly messages: number;
}

export interface RecipeMessage {
  readonly kind: "reads";
  readonly compiled: readonly ReadSample[];
  readonly fieldByField: readonly ReadSample[];
}

const DEADLINE_MS = 60_000;

const task = JSON.parse(process.argv[2] ?? "") as RecipeTask;
const traffic = countTraffic();
const launched = await launchChromium({ ...task, rung: "zygote", deadlineMs: DEADLINE_MS });
const context = await launched.browser.newContext();
const page = await context.newPage();
await page.goto(task.origin);

// One after the other in turn, so that noise falls on both alike; the first of each is thrown away.
const compiled: ReadSample[] = [];
const fieldByField: ReadSample[] = [];
for (let read = 0; read <= task.reads; read += 1) {
  const samples = [await measure(() => readCompiled(page)), await measure(() => readFieldByField(page))] as const;
  if (read === 0) continue;
  compiled.push(samples[0]);
  fieldByField.push(samples[1]);
}
await launched.close(DEADLINE_MS);
process.send?.({ kind: "reads", compiled, fieldByField } satisfies RecipeMessage);
process.disconnect();

async function measure(read: () => Promise<unknown>): Promise<ReadSample> {
  const before = { ...traffic };
  const startedAtMs = performance.now();
  const cards = await read();
  const ms = performance.now() - startedAtMs;
  if (!isDeepStrictEqual(cards, CARD_LIST)) throw new Error(`the list was read wrong: ${JSON.stringify(cards)}`);
  const roundTrips = traffic.commands - before.commands;
  return { ms, roundTrips, messages: roundTrips + traffic.answersAndEvents - before.answersAndEvents };
}

/** The strategy itself, on the page that is open: `goto` isn't part of the read. */
async function readCompiled(open: Page): Promise<unknown> {
  const steps = [
    { do: "goto", url: task.origin },
    { do: "extract", fields: CARD_RECIPE_FIELDS },
  ];
  const input = recipe.input.parse({ steps });
  const [, extract] = input.steps;
  if (extract === undefined) throw new Error("the recipe has no extract step");
  const output = await recipe.run(runOf(open, { ...input, steps: [extract] }));
  return output.values["cards"];
}

/** How it is mostly written by hand: a locator for each field of each card. */
async function readFieldByField(open: Page): Promise<unknown> {
  const cards: Record<string, string | null>[] = [];
  for (const card of await open.locator("li.card").all()) {
    const values: Record<string, string | null> = {};
    for (const name of Object.keys(CARD_FIELDS) as CardField[]) {
      const { selector, attribute }: { readonly selector: string; readonly attribute?: string } = CARD_FIELDS[name];
      const field = card.locator(selector).first();
      values[name] = attribute === undefined ? await field.textContent() : await field.getAttribute(attribute);
    }
    cards.push(values);
  }
  return cards;
}

function runOf<Input>(open: Page, input: Input): StrategyRun<Input> {
  const deadlineAtMs = performance.now() + DEADLINE_MS;
  const refuse = async () => {
    throw new Error("a read neither reports progress, nor opens a page again, nor writes an artifact");
  };
  return {
    input,
    site: new URL(task.origin).host,
    page: open,
    context: open.context(),
    signal: new AbortController().signal,
    remainingMs: () => deadlineAtMs - performance.now(),
    resume: undefined,
    reopenPage: refuse,
    checkpoint: refuse,
    exclusively: (section) => section(),
    artifact: refuse,
    log: () => {},
  };
}

/** Wraps the pipe transport of whatever browser is launched from now on. */
function countTraffic(): { commands: number; answersAndEvents: number } {
  const counts = { commands: 0, answersAndEvents: 0 };
  const wrapped = new WeakSet<PipeTransport>();
  const send: unknown = Reflect.get(PipeTransport.prototype, "send");
  if (typeof send !== "function") throw new Error("the pipe transport has no send");
  PipeTransport.prototype.send = function counted(this: PipeTransport, message: object) {
    counts.commands += 1;
    const told = this.onmessage;
    if (told && !wrapped.has(this)) {
      wrapped.add(this);
      const onmessage = (answer: object) => {
        counts.answersAndEvents += 1;
        told(answer);
      };
      Object.assign(this, { onmessage });
    }
    Reflect.apply(send, this, [message]);
  };
  return counts;
}
