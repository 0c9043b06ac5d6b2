import { html } from "hono/html";
import type { ShopIndex } from "../listing.ts";
import type { Product } from "../product.ts";
import { cards } from "./cards.ts";
import type { Page } from "./layout.ts";
import { subcategories } from "./subcategories.ts";

export function homePage(index: ShopIndex, featured: readonly Product[]): Page {
  const departments = index.byPath.get("")?.children ?? [];
  return {
    title: "Things for outside",
    body: html`<section class="hero">
        <div>
          <p class="eyebrow">Autumn collection</p>
          <h1>Out early.<br />Home late.</h1>
          <p>Tents, layers, lamps and bicycles, made to be mended and kept.</p>
          <a class="button" href="/c/outdoor">Shop outdoor</a>
        </div>
        <img src="/images/hero.svg" alt="" width="800" height="500" />
      </section>
      <h2>Departments</h2>
      ${subcategories(departments, index)}
      <h2>Loved right now</h2>
      <ul class="featured grid">
        ${cards(featured)}
      </ul>`,
  };
}
