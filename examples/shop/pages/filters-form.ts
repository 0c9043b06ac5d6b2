import { html } from "hono/html";
import { parsePrice } from "../filters.ts";
import type { Facet, Listing } from "../listing.ts";
import type { Html } from "./layout.ts";

export function filtersForm(path: string, listing: Listing, query: URLSearchParams): Html {
  const kept = ["sort", "view"].filter((name) => query.has(name));
  return html`<form class="filters" action="/c/${path}">
    ${kept.map((name) => html`<input type="hidden" name="${name}" value="${query.get(name)}" />`)}
    ${listing.facets.map(optionSet)} ${priceSet(listing, query)}
    <div class="filter-actions">
      <button type="submit" class="button apply">Apply</button>
      <a class="clear" href="/c/${path}">Clear all</a>
    </div>
  </form>`;
}

function optionSet({ filter, label, options }: Facet): Html {
  return html`<fieldset data-filter="${filter}">
    <legend>${label}</legend>
    ${options.map(
      ({ value, label: text, count, checked }) =>
        html`<label
          ><input type="checkbox" name="${filter}" value="${value}" ${checked ? "checked" : ""} />
          <span class="label">${text}</span> <span class="count">(${count})</span></label
        >`,
    )}
  </fieldset>`;
}

function priceSet({ price }: Listing, query: URLSearchParams): Html {
  const chosen = parsePrice(query.get("price") ?? "");
  const shown = (cents: number | undefined): string =>
    cents === undefined || cents === 0 || cents === Infinity ? "" : String(cents / 100);
  const bounds = price === null ? "" : html`data-min="${price.minCents}" data-max="${price.maxCents}"`;
  const hint = (cents: number | undefined): string => (cents === undefined ? "" : String(Math.floor(cents / 100)));
  return html`<fieldset data-filter="price" ${bounds}>
    <legend>Price</legend>
    <div class="price-range">
      <label
        >From €
        <input
          name="price-min"
          inputmode="decimal"
          value="${shown(chosen?.minCents)}"
          placeholder="${hint(price?.minCents)}"
      /></label>
      <label
        >to €
        <input
          name="price-max"
          inputmode="decimal"
          value="${shown(chosen?.maxCents)}"
          placeholder="${hint(price === null ? undefined : price.maxCents + 99)}"
      /></label>
    </div>
  </fieldset>`;
}
