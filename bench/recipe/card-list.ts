const CARDS = 100;
/** Field of a card, and where it stands in it. */
export const CARD_FIELDS = {
  sku: { selector: ".sku" },
  name: { selector: ".name" },
  brand: { selector: ".brand" },
  price: { selector: ".price" },
  rating: { selector: ".rating" },
  stock: { selector: ".stock" },
  link: { selector: "a", attribute: "href" },
  image: { selector: "img", attribute: "src" },
} as const satisfies Readonly<Record<string, { readonly selector: string; readonly attribute?: string }>>;
export type CardField = keyof typeof CARD_FIELDS;
export type Card = Readonly<Record<CardField, string>>;

/** What both ways of reading must give. */
export const CARD_LIST: readonly Card[] = Array.from({ length: CARDS }, (_, index) => ({
  sku: `SKU-${index}`,
  name: `Product ${index}`,
  brand: `Brand ${index % 7}`,
  price: `€${10 + index}.00`,
  rating: `${(index % 50) / 10}`,
  stock: `${index % 13} left`,
  link: `/p/${index}`,
  image: `/i/${index}.png`,
}));

/** A page of 100 cards with 8 fields each. */
export const CARD_PAGE = `<!doctype html><meta charset="utf-8"><title>Cards</title><ul>${CARD_LIST.map(
  ({ sku, name, brand, price, rating, stock, link, image }) =>
    `<li class="card"><a href="${link}"><img src="${image}" alt=""></a><p class="sku">${sku}</p><h3 class="name">${name}</h3>` +
    `<p class="brand">${brand}</p><p class="price">${price}</p><p class="rating">${rating}</p><p class="stock">${stock}</p></li>`,
).join("")}</ul>`;

/** The same as an `extract` step's fields. */
export const CARD_RECIPE_FIELDS = {
  cards: { selector: "li.card", list: true, fields: CARD_FIELDS },
} as const;
