import { html } from "hono/html";
import { sortFrom, SORTS } from "../filters.ts";
import type { Listing, ShopIndex } from "../listing.ts";
import type { Category } from "../product.ts";
import { cards } from "./cards.ts";
import { filtersForm } from "./filters-form.ts";
import { breadcrumbs, crumbsTo, type Html, type Page } from "./layout.ts";
import { pagination, viewFrom } from "./pagination.ts";
import { subcategories } from "./subcategories.ts";

const SORT_NAMES: Readonly<Record<(typeof SORTS)[number], string>> = {
  popular: "Most popular",
  price: "Price, low to high",
  "price-desc": "Price, high to low",
  rating: "Best rated",
  name: "Name",
  newest: "Newest",
};

export function categoryPage(
  category: Category,
  listing: Listing,
  query: URLSearchParams,
  page: number,
  index: ShopIndex,
): Page {
  const pathname = `/c/${category.path}`;
  return {
    title: category.name,
    body: html`${breadcrumbs(crumbsTo(category.path, index.byPath))}
      <h1>${category.name}</h1>
      ${subcategories(category.children, index)}
      <div class="shelf">
        <details class="filter-drawer" open>
          <summary>Filters</summary>
          ${filtersForm(category.path, listing, query)}
        </details>
        <section>
          <div class="toolbar">
            <p class="result-count" data-count="${listing.count}">
              ${listing.count} ${listing.count === 1 ? "product" : "products"}
            </p>
            ${sortForm(pathname, query)}
          </div>
          ${productList(listing, query, page)}
          ${listing.count === 0 ? html`<p class="empty">Nothing here fits. Try fewer filters.</p>` : ""}
          ${pagination(pathname, query, page, listing.pageCount)}
        </section>
      </div>`,
  };
}

/** `data-complete` matters where the list grows in place. */
export function productList(listing: Listing, query: URLSearchParams, page: number): Html {
  const growing = viewFrom(query) !== "pages";
  const complete = growing && page >= listing.pageCount ? html`data-complete="true"` : "";
  return html`<ul class="products grid" ${complete}>
    ${cards(listing.products)}
  </ul>`;
}

function sortForm(pathname: string, query: URLSearchParams): Html {
  const kept = [...query].filter(([name]) => name !== "sort" && name !== "page");
  const current = sortFrom(query);
  return html`<form class="sort" action="${pathname}">
    ${kept.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
    <label
      >Sort by
      <select name="sort">
        ${SORTS.map(
          (sort) => html`<option value="${sort}" ${sort === current ? "selected" : ""}>${SORT_NAMES[sort]}</option>`,
        )}
      </select></label
    >
    <button type="submit">Go</button>
  </form>`;
}
