import { z } from "zod";

import { PermanentFailure } from "../core/job/failures.ts";
import { TEXT_ONLY } from "../core/job/resource-policy.ts";
import { defineStrategy } from "./contract/define-strategy.ts";
import { fullUrl, withoutFragment } from "./page/address.ts";
import { evaluateOnce, visit } from "./page/visit.ts";
import { openProgress } from "./progress/progress.ts";
import { selector } from "./reading/field.ts";
import { readCategoriesInPage } from "./shop/categories-in-page.ts";
import { categoryNode, nextToOpen, treeOf, withPage, type Category } from "./shop/category-tree.ts";

const input = z.strictObject({
  url: fullUrl.describe("The category to begin at, or the shop's home page."),
  maxDepth: z.int().min(1).max(6).default(3).describe("Levels below the first category."),
  maxBreadth: z.int().min(1).max(500).default(100).describe("At most so many subcategories of one category."),
  maxCategories: z.int().min(1).max(5_000).default(1_000).describe("At most so many categories in all."),
  linkSelector: selector.optional().describe("Links to the subcategories of the page. Default: told from the page."),
  labelSelector: selector.optional().describe("A subcategory's name, within its link. Default: the link's text."),
  linkCountSelector: selector
    .optional()
    .describe("A subcategory's count, within its link. Default: told from the link."),
  countSelector: selector
    .optional()
    .describe("Where a category states its own number of products. Default: told from the page."),
});

const category = z.object({
  name: z.string(),
  url: z.string(),
  path: z.array(z.string()).describe("Names from the first level down; empty for the category it began at."),
  count: z.number().nullable().describe("Products, as the shop states."),
  get children() {
    return z.array(category);
  },
});

const output = z.object({
  root: category,
  categories: z.number().describe("How many were found, the first included."),
  pages: z.number().describe("Pages that were opened: a count that a link states saves its page at the last level."),
  cut: z.number().describe("Subcategories that the limits left out."),
});

const walked = z.object({ nodes: z.array(categoryNode).min(1).readonly(), pages: z.int(), cut: z.int() });
type Walked = z.output<typeof walked>;

export default defineStrategy({
  name: "subcategory-exploration",
  summary: "Walks a category tree to a depth: address, name, path, product count and children of each.",
  class: "discovery",
  input,
  output,
  resources: TEXT_ONLY,
  run: async (run) => {
    const { maxDepth, maxBreadth, maxCategories } = run.input;
    const selectors = {
      link: run.input.linkSelector ?? null,
      label: run.input.labelSelector ?? null,
      count: run.input.linkCountSelector ?? null,
      ownCount: run.input.countSelector ?? null,
    };
    const first = {
      parent: null,
      depth: 0,
      name: "",
      url: withoutFragment(run.input.url),
      count: null,
      isOpened: false,
    };
    const progress = await openProgress(run, "categories/1", walked);
    let cursor: Walked = progress.resumed ?? { nodes: [first], pages: 0, cut: 0 };
    for (;;) {
      const index = nextToOpen(cursor.nodes, maxDepth);
      const node = index === undefined ? undefined : cursor.nodes[index];
      if (index === undefined || node === undefined) break;
      const at = `category ${node.name || "(first)"}`;
      await visit(run, run.page, node.url, { at });
      const page = await evaluateOnce(run, run.page, at, readCategoriesInPage, selectors);
      if (page.badSelector !== null) {
        throw new PermanentFailure("SelectorInvalid", `"${page.badSelector}" is not a valid CSS selector`, { at });
      }
      const added = withPage(cursor.nodes, index, page, { maxDepth, maxBreadth, maxCategories });
      cursor = { nodes: added.nodes, pages: cursor.pages + 1, cut: cursor.cut + added.cut };
      if (nextToOpen(cursor.nodes, maxDepth) !== undefined) await progress.report("categories", cursor);
    }
    const root = treeOf(cursor.nodes) as Category & z.output<typeof category>;
    return { root, categories: cursor.nodes.length, pages: cursor.pages, cut: cursor.cut };
  },
});
