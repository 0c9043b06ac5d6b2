import { z } from "zod";

import type { RawCategories } from "./categories-in-page.ts";

/** One category of the walk; `parent` is its place in the list, null for the root. */
export const categoryNode = z.object({
  parent: z.int().min(0).nullable(),
  depth: z.int(),
  name: z.string(),
  url: z.string(),
  count: z.number().nullable(),
  isOpened: z.boolean(),
});
export type CategoryNode = Readonly<z.output<typeof categoryNode>>;

export interface Category {
  readonly name: string;
  readonly url: string;
  /** Names from the first level down to this one; empty for the root. */
  readonly path: readonly string[];
  readonly count: number | null;
  readonly children: readonly Category[];
}

export interface TreeLimits {
  readonly maxDepth: number;
  readonly maxBreadth: number;
  readonly maxCategories: number;
}

/**
 * Adds what a category's page says: its own name and count, and its subcategories that aren't known yet, within the
 * limits. Pure: answers the new list, and how many subcategories the limits left out.
 */
export function withPage(
  nodes: readonly CategoryNode[],
  index: number,
  page: RawCategories,
  limits: TreeLimits,
): { readonly nodes: readonly CategoryNode[]; readonly cut: number } {
  const node = nodes[index];
  if (node === undefined) return { nodes, cut: 0 };
  const known = new Set(nodes.map(({ url }) => url));
  known.add(page.url);
  const opened = {
    ...node,
    // A link's own words name the category; the root has none.
    name: node.parent === null ? page.name : node.name,
    count: page.count ?? node.count,
    isOpened: true,
  };
  const fresh = page.children.filter(({ url }) => !known.has(url));
  const room = Math.max(0, limits.maxCategories - nodes.length);
  const taken = node.depth >= limits.maxDepth ? [] : fresh.slice(0, Math.min(limits.maxBreadth, room));
  const cut = node.depth >= limits.maxDepth ? 0 : fresh.length - taken.length;
  const children = taken.map((child) => ({ ...child, parent: index, depth: node.depth + 1, isOpened: false }));
  return { nodes: [...nodes.slice(0, index), opened, ...nodes.slice(index + 1), ...children], cut };
}

/**
 * The next category to open, breadth first. One at the greatest depth is opened only for a count that its link didn't
 * say: nothing below it would be looked at.
 */
export function nextToOpen(nodes: readonly CategoryNode[], maxDepth: number): number | undefined {
  const index = nodes.findIndex((node) => !node.isOpened && (node.depth < maxDepth || node.count === null));
  return index < 0 ? undefined : index;
}

/** The list as a tree. */
export function treeOf(nodes: readonly CategoryNode[], index = 0, path: readonly string[] = []): Category {
  const node = nodes[index];
  if (node === undefined) throw new RangeError(`there is no category ${index}`);
  const children = nodes.flatMap((child, at) =>
    child.parent === index ? [treeOf(nodes, at, [...path, child.name])] : [],
  );
  return { name: node.name, url: node.url, path, count: node.count, children };
}
