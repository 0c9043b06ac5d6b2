import { resolveAddress, withoutFragment } from "../page/address.ts";
import { within } from "../page/within.ts";
import { LIST_MAX_ROWS } from "../reading/field.ts";
import type { AmongLinks } from "./progress/place.ts";
import { ReadQueue } from "./read-queue.ts";
import { joinValues, type RecipeJob, type Scope, type Standing, type Values } from "./recipe-job.ts";
import { RecipePage } from "./recipe-page.ts";
import type { Follow } from "./steps.ts";

const OPEN_TIMEOUT_MS = 15_000;
const CLOSE_TIMEOUT_MS = 5_000;

/** Opens each link, runs the step's steps there, and joins the results to the scope's values. */
export async function follow(job: RecipeJob, scope: Scope, step: Follow, standing: Standing): Promise<void> {
  const { at } = standing;
  const resumed = standing.resumed?.kind === "links" ? standing.resumed : undefined;
  const rows = step.rows === undefined ? undefined : scope.values[step.rows];
  const addresses = resumed?.addresses ?? (await addressesOf(job, scope, step, rows, at));
  const unique = [...new Map(addresses.filter((one) => one !== null).map((one) => [withoutFragment(one), one]))];
  const chosen = unique.slice(0, step.max);
  if (chosen.length < unique.length && resumed === undefined) {
    const problem = `${unique.length} addresses, the first ${chosen.length} were opened`;
    job.problems.push({ at, field: step.as ?? step.rows ?? "", problem });
  }
  const walk: LinkWalk = { step, standing, addresses, chosen, resumed };
  const results = await (step.page === "same" ? inSamePage(job, scope, walk) : inSecondPage(job, scope, walk));
  if (step.rows === undefined) {
    const list = chosen.map(([key, url]) => ({ url, ...results.get(key) }));
    return joinValues(scope.values, { [step.as ?? ""]: list }, at);
  }
  if (!Array.isArray(rows)) return;
  scope.values[step.rows] = (rows as unknown[]).map((row, index) => {
    const address = addresses[index];
    return isRow(row) && typeof address === "string" ? { ...row, ...results.get(withoutFragment(address)) } : row;
  });
}

interface LinkWalk {
  readonly step: Follow;
  readonly standing: Standing;
  readonly addresses: (string | null)[];
  /** What to open: each under its address without a fragment. */
  readonly chosen: readonly (readonly [key: string, url: string])[];
  readonly resumed: AmongLinks | undefined;
}

function inSamePage(job: RecipeJob, scope: Scope, walk: LinkWalk): Promise<Map<string, Values>> {
  return visitAll(job, { ...scope, isPageNeededAfter: walk.standing.isPageNeededAfter }, walk, walk.standing.report);
}

/** Leaves the scope's own page where it is. */
async function inSecondPage(job: RecipeJob, scope: Scope, walk: LinkWalk): Promise<Map<string, Values>> {
  const { run } = job;
  const { at, report, isPageNeededAfter } = walk.standing;
  const second = await within(run, OPEN_TIMEOUT_MS, at, () => run.context.newPage());
  try {
    const beside: Scope = {
      ...scope,
      page: new RecipePage(run, second, walk.resumed?.link?.url),
      reads: new ReadQueue(),
      isPageNeededAfter: false,
    };
    // A resumed run would have to go on in the scope's own page as this one left it.
    const isLost = isPageNeededAfter && scope.page.isMoreThanItsAddress;
    return await visitAll(job, beside, walk, isLost ? undefined : report);
  } finally {
    // A page that won't close goes with its context.
    await within(run, CLOSE_TIMEOUT_MS, at, () => second.close()).catch(() => undefined);
  }
}

async function visitAll(
  job: RecipeJob,
  target: Scope,
  { step, standing, addresses, chosen, resumed }: LinkWalk,
  report: Standing["report"],
): Promise<Map<string, Values>> {
  const results = new Map(resumed?.done);
  const begin = results.size;
  const place = (link: AmongLinks["link"]): AmongLinks => ({ kind: "links", addresses, done: [...results], link });
  for (const [index, [key, url]] of chosen.entries()) {
    if (index < begin) continue;
    const from = index === begin ? resumed?.link?.place : undefined;
    const scope: Scope = {
      ...target,
      values: { ...from?.values },
      where: ` at ${url.slice(0, 200)}`,
      report: report && ((inner) => report(place({ url: target.page.url, place: inner }))),
    };
    if (from === undefined) {
      if (resumed === undefined || index > begin) await report?.(place(null));
      await target.page.visit(url, { at: standing.at });
    }
    await job.runSteps(scope, step.steps, `${standing.path}.steps`, from);
    await scope.reads.flush(job.run, scope.page);
    results.set(key, scope.values);
  }
  return results;
}

/** One address for each row or link; null where there is none. */
async function addressesOf(
  job: RecipeJob,
  scope: Scope,
  step: Follow,
  rows: unknown,
  at: string,
): Promise<(string | null)[]> {
  const inRows = (list: readonly unknown[]) => list.map((row) => (isRow(row) ? row[step.link ?? ""] : undefined));
  const found = step.rows === undefined ? await linksOf(job, scope, step, at) : inRows(Array.isArray(rows) ? rows : []);
  const base = scope.page.url;
  return found.map((one) => (typeof one === "string" && one !== "" ? resolveAddress(one, base, at) : null));
}

async function linksOf(job: RecipeJob, scope: Scope, step: Follow, at: string): Promise<readonly unknown[]> {
  let links: readonly unknown[] = [];
  const field = {
    selector: step.selector ?? "a",
    attribute: step.attribute,
    how: "url" as const,
    rows: LIST_MAX_ROWS,
    cut: true,
    maxCharacters: 2_000,
    required: false,
    fields: null,
  };
  scope.reads.add({
    at,
    request: { kind: "fields", fields: [field] },
    settle: (answer) => {
      const list = answer.kind === "fields" ? answer.values[0] : undefined;
      if (Array.isArray(list)) links = list;
    },
  });
  await scope.reads.flush(job.run, scope.page);
  return links;
}

function isRow(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
