import { targetsOf } from "../cdp/steering.ts";
import { withDeadline } from "../deadline.ts";
import type { PooledContext } from "../pooled-context.ts";
import { killProcess } from "../process-group.ts";
import { key, type BrowserProcess } from "./process-table.ts";
import { RendererQuestion } from "./renderer-question.ts";

const TARGETS_DEADLINE_MS = 250;
/** What has a renderer of its own. Workers live in their page's. */
const IN_RENDERERS = new Set(["page", "iframe"]);
/** A renderer may be there before its page is; one that nobody is found for so many times is a spare. */
const ASKED_MOST = 3;
/** For all pages together: with many that don't answer the rest is asked at the next look. */
const SETTLE_MS = 1_000;
/** A renderer ends with its context; one that doesn't within this time never will. */
const OUTLIVES_AT_MOST_MS = 5_000;

interface Owned {
  readonly renderer: Pick<BrowserProcess, "pid" | "startTicks">;
  readonly context: PooledContext;
  /** False: another context may be in it, and it isn't killed. */
  readonly sure: boolean;
  /** When it was first seen without its context, by the clock of `endOutlived`. */
  outlivesSinceMs?: number;
}

/**
 * Which renderer belongs to which context of one browser. A renderer serves one context for its whole life, so what was
 * found out once holds until it ends, and pages are asked only when there is a renderer that nobody was found for.
 */
export class RendererOwners {
  readonly #contexts: ReadonlySet<PooledContext>;
  readonly #owners = new Map<string, Owned>();
  /** By elimination, for as long as nothing better is known. */
  readonly #guesses = new Map<string, Owned>();
  readonly #questions = new Map<string, RendererQuestion>();
  /** How often an owner was looked for in vain. */
  readonly #asked = new Map<string, number>();
  #settling: Promise<void> | undefined;

  constructor(contexts: ReadonlySet<PooledContext>) {
    this.#contexts = contexts;
  }

  ownerOf(renderer: Owned["renderer"]): PooledContext | undefined {
    return (this.#owners.get(key(renderer)) ?? this.#guesses.get(key(renderer)))?.context;
  }

  /**
   * Finds owners for the renderers that have none. Costs nothing where all have one; else about 5 ms for each page that is
   * asked. Bounded for pages that don't answer; never rejects. One call at a time does the work.
   * @param thorough asks again where nobody was found before
   */
  settle(processes: readonly BrowserProcess[], thorough = false): Promise<void> {
    this.#settling ??= this.#settle(processes, thorough).finally(() => {
      this.#settling = undefined;
    });
    return this.#settling;
  }

  /** See `killRenderersOf`. */
  kill(context: PooledContext): number {
    let killed = 0;
    for (const owned of [...this.#owners.values(), ...this.#guesses.values()]) {
      if (owned.context === context && owned.sure && killProcess(owned.renderer)) killed += 1;
    }
    if (killed === 0) this.#crash(context).catch(() => {});
    return killed;
  }

  /**
   * Kills those of `processes` whose context has been closed for long: a renderer that is stopped, or hangs as it leaves, stays
   * until its browser closes otherwise.
   */
  endOutlived(processes: readonly BrowserProcess[], nowMs: number): void {
    for (const renderer of processes) {
      const owned = this.#owners.get(key(renderer));
      if (!owned || this.#contexts.has(owned.context)) continue;
      owned.outlivesSinceMs ??= nowMs;
      if (nowMs - owned.outlivesSinceMs >= OUTLIVES_AT_MOST_MS) killProcess(renderer);
    }
  }

  /** A page's renderer obeys this on a thread that the page can't keep busy. */
  async #crash(context: PooledContext): Promise<void> {
    const targets = await targetsOf(context.context, context.page);
    for (const attachment of targets?.attachments ?? []) {
      if (IN_RENDERERS.has(attachment.target.type)) void targets?.ask(attachment, "Page.crash");
    }
  }

  async #settle(processes: readonly BrowserProcess[], thorough: boolean): Promise<void> {
    const renderers = processes.filter(({ type }) => type === "renderer");
    this.#forgetDead(renderers);
    const orphans = () => renderers.filter((renderer) => !this.#owners.has(key(renderer)));
    const isNew = (renderer: BrowserProcess) => (this.#asked.get(key(renderer)) ?? 0) < ASKED_MOST;
    if (orphans().length === 0 || !(thorough || orphans().some(isNew) || this.#without().length > 0)) return;

    const opened = await this.#open();
    // Who has no renderer yet comes first: mostly that is all.
    const without = new Set(this.#without());
    const inOrder = opened.toSorted((one, other) => +without.has(other.context) - +without.has(one.context));
    const untilMs = performance.now() + SETTLE_MS;
    for (const { context, questions } of inOrder) {
      if (orphans().length === 0 || performance.now() > untilMs) break;
      for (const question of questions) await this.#place(context, question, renderers);
    }
    for (const renderer of orphans()) this.#asked.set(key(renderer), (this.#asked.get(key(renderer)) ?? 0) + 1);
    this.#guess(orphans());
  }

  async #place(
    context: PooledContext,
    question: RendererQuestion,
    renderers: readonly BrowserProcess[],
  ): Promise<void> {
    // Contexts never share a renderer: another's is none of its.
    const possible = renderers.filter((renderer) => {
      const owner = this.#owners.get(key(renderer));
      return !owner || owner.context === context;
    });
    const left = await question.narrow(possible);
    const [only] = left ?? [];
    const renderer = left?.length === 1 ? possible.find((one) => key(one) === only) : undefined;
    if (renderer) this.#owners.set(key(renderer), { renderer, context, sure: true });
  }

  /**
   * What is left over is theirs who have no renderer to their names: the largest first, since a spare one is small, and to
   * those that work. Where one context and one renderer are left, there is no doubt:
   * a context that is just being opened has one too.
   */
  #guess(orphans: readonly BrowserProcess[]): void {
    this.#guesses.clear();
    const without = this.#without()
      // Who was lost has no renderer any more.
      .filter(({ loss }) => loss === undefined)
      .toSorted((one, other) => +isLeased(other) - +isLeased(one));
    const bySize = orphans.toSorted((one, other) => other.ownMiB - one.ownMiB);
    for (const [index, context] of without.entries()) {
      const renderer = bySize[index];
      if (renderer)
        this.#guesses.set(key(renderer), { renderer, context, sure: without.length === 1 && orphans.length === 1 });
    }
  }

  #without(): readonly PooledContext[] {
    const owning = new Set([...this.#owners.values()].map(({ context }) => context));
    return [...this.#contexts].filter((context) => !owning.has(context));
  }

  async #open(): Promise<readonly { context: PooledContext; questions: readonly RendererQuestion[] }[]> {
    const opened = await Promise.all(
      [...this.#contexts].map(async (context) => {
        const questions = await this.#questionsOf(context).catch(() => new Map<string, RendererQuestion>());
        await Promise.all([...questions.values()].map((question) => question.enable()));
        return { context, questions };
      }),
    );
    this.#questions.clear();
    for (const { questions } of opened) {
      for (const [session, question] of questions) this.#questions.set(session, question);
    }
    return opened.map(({ context, questions }) => ({ context, questions: [...questions.values()] }));
  }

  async #questionsOf({ context, page }: PooledContext): Promise<ReadonlyMap<string, RendererQuestion>> {
    const targets = await withDeadline(targetsOf(context, page), TARGETS_DEADLINE_MS, "naming a context");
    const questions = new Map<string, RendererQuestion>();
    for (const attachment of targets?.attachments ?? []) {
      const { sessionId, target } = attachment;
      if (!targets || !IN_RENDERERS.has(target.type)) continue;
      const question = this.#questions.get(sessionId) ?? new RendererQuestion(attachment, targets.ask);
      questions.set(sessionId, question);
    }
    return questions;
  }

  #forgetDead(renderers: readonly BrowserProcess[]): void {
    const living = new Set(renderers.map(key));
    for (const known of [this.#owners, this.#guesses, this.#asked]) {
      for (const name of known.keys()) if (!living.has(name)) known.delete(name);
    }
  }
}

function isLeased({ state }: PooledContext): boolean {
  return state.kind === "leased";
}
