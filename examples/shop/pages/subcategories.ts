import { html } from "hono/html";
import type { ShopIndex } from "../listing.ts";
import type { Category } from "../product.ts";
import type { Html } from "./layout.ts";

/** Nothing for a category of the third level. */
export function subcategories(categories: readonly Category[], index: ShopIndex): Html | string {
  if (categories.length === 0) return "";
  return html`<nav class="subcategories" aria-label="Categories">
    ${categories.map(({ path, name }) => {
      const products = index.within.get(path) ?? [];
      return html`<a href="/c/${path}" data-category="${path}">
        <img src="/images/category/${path.replaceAll("/", ".")}.svg" alt="" width="96" height="96" />
        <span class="label">${name}</span> <span class="count">(${products.length})</span>
      </a>`;
    })}
  </nav>`;
}
