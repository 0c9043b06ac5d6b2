import { html } from "hono/html";
import type { Product } from "../product.ts";
import { euros, type Html } from "./layout.ts";

export const cards = (products: readonly Product[]): Html => html`${products.map(card)}`;

function card(product: Product): Html {
  return html`<li class="card" data-sku="${product.sku}">
    <a class="picture" href="${product.url}" tabindex="-1" aria-hidden="true">
      <img src="${product.images[0]}" alt="" width="400" height="400" />
      ${product.oldPriceCents === null ? "" : html`<span class="badge">Sale</span>`}
    </a>
    <p class="brand">${product.brand.label}</p>
    <h3 class="name"><a href="${product.url}">${product.name}</a></h3>
    ${rating(product)}
    <p class="prices">${prices(product)}</p>
  </li>`;
}

export function prices({ priceCents, oldPriceCents }: Product): Html {
  return html`<span class="price">${euros(priceCents)}</span>${
      oldPriceCents === null ? "" : html` <s class="old-price">${euros(oldPriceCents)}</s>`
    }`;
}

export function rating({ rating: stars, reviewCount }: Product): Html {
  if (stars === null) return html`<p class="rating" data-reviews="0">No reviews yet</p>`;
  return html`<p class="rating" data-rating="${stars}" data-reviews="${reviewCount}">
    <span class="stars" style="--filled:${stars * 20}%" aria-hidden="true"></span> ${stars.toFixed(1)}
    <span class="reviews">(${reviewCount})</span>
  </p>`;
}
