import type { ListingSelectors, RawCard, RawListing } from "./raw-listing.ts";

/**
 * Runs in the page, so it uses nothing from around it. Everything that pagination needs of one page in one evaluation:
 * cards, stated count, and how the list goes on.
 */
export function readListingInPage(selectors: ListingSelectors): RawListing {
  const PRICE =
    /(?:[€£$¥₹₺₽₩]|\b(?:EUR|USD|GBP|CHF|PLN|SEK|DKK|NOK|CZK)|kr\.?|zł|Kč)\s?\d|\d[\d.,\s]*\s?(?:[€£$¥₹₺₽₩]|(?:EUR|USD|GBP|CHF|PLN|SEK|DKK|NOK|CZK)\b|kr\b|zł|Kč|:-)/u;
  const BESIDE = /related|recommend|recently|carousel|upsell|cross-?sell|also-|similar|sponsored/iu;
  const KEYS = [
    "data-sku",
    "data-product-sku",
    "data-product-id",
    "data-productid",
    "data-item-id",
    "data-asin",
    "data-id",
  ];
  let badSelector: string | null = null;

  const clean = (text: string | null | undefined) => (text ?? "").replace(/\s+/gu, " ").trim();
  const all = (root: ParentNode, selector: string): Element[] => {
    try {
      return [...root.querySelectorAll(selector)];
    } catch {
      badSelector = selector;
      return [];
    }
  };
  const first = (root: ParentNode, candidates: readonly string[]): Element | null => {
    for (const selector of candidates) {
      const found = all(root, selector)[0];
      if (found !== undefined) return found;
    }
    return null;
  };
  const absolute = (address: string | null | undefined): string | null => {
    if (!address || !URL.canParse(address, document.baseURI)) return null;
    const url = new URL(address, document.baseURI);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  };
  const signature = (element: Element): string =>
    element.tagName.toLowerCase() +
    [...element.classList]
      .slice(0, 2)
      .map((name) => `.${CSS.escape(name)}`)
      .join("");
  const isBeside = (element: Element): boolean => {
    for (let up: Element | null = element.parentElement; up !== null && up !== document.body; up = up.parentElement) {
      if (BESIDE.test(`${up.id} ${up.getAttribute("class") ?? ""}`) || up.tagName === "FOOTER") return true;
    }
    return false;
  };
  const hasLink = (element: Element) => element.matches("a[href]") || element.querySelector("a[href]") !== null;

  /** The largest group of elements with one parent: the list itself, and not the odd one in a header. */
  const largestGroup = (elements: readonly Element[]): Element[] => {
    const groups = new Map<Element, Element[]>();
    for (const element of elements) {
      const parent = element.parentElement;
      if (parent === null) continue;
      const group = groups.get(parent);
      if (group === undefined) groups.set(parent, [element]);
      else group.push(element);
    }
    return [...groups.values()].reduce<Element[]>((best, group) => (group.length > best.length ? group : best), []);
  };
  const KNOWN = [
    ...KEYS.slice(0, 6).map((name) => `[${name}]`),
    "[itemtype$='schema.org/Product' i]",
    "li.product",
    "[class*='product-card' i]",
    "[class*='product-item' i]",
    "[class*='product-tile' i]",
    "article[class*='product' i]",
    ".product",
  ];
  const byKnownName = (): { selector: string; cards: Element[] } | null => {
    for (const selector of KNOWN) {
      const outermost = all(document, selector).filter(
        (element) =>
          !element.parentElement?.closest(selector) &&
          hasLink(element) &&
          !isBeside(element) &&
          PRICE.test(element.textContent ?? ""),
      );
      const cards = largestGroup(outermost);
      const parent = cards[0]?.parentElement;
      if (parent) return { selector: `${signature(parent)} > ${selector}`, cards };
    }
    return null;
  };
  /** Without any known name: siblings of one kind that each hold a link and a price. */
  const byShape = (): { selector: string; cards: Element[] } | null => {
    const groups = new Map<string, Set<Element>>();
    const parents = new Map<Element, number>();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      if (!PRICE.test(node.nodeValue ?? "")) continue;
      let element = node.parentElement;
      for (let up = 0; element?.parentElement && up < 8; up += 1, element = element.parentElement) {
        if (!hasLink(element) || isBeside(element)) continue;
        const parent = element.parentElement;
        if (!parents.has(parent)) parents.set(parent, parents.size);
        const key = `${parents.get(parent)} ${signature(element)}`;
        const group = groups.get(key);
        if (group === undefined) groups.set(key, new Set([element]));
        else group.add(element);
      }
    }
    const best = [...groups.values()].reduce(
      (most, group) => (group.size > most.size ? group : most),
      new Set<Element>(),
    );
    const [card] = best;
    if (best.size < 2 || !card?.parentElement) return null;
    return { selector: `${signature(card.parentElement)} > ${signature(card)}`, cards: [...best] };
  };
  const findCards = (): { selector: string | null; cards: Element[] } => {
    if (selectors.card !== null) return { selector: selectors.card, cards: all(document, selectors.card) };
    if (selectors.cardHint !== null) {
      const cards = all(document, selectors.cardHint);
      if (cards.length > 0) return { selector: selectors.cardHint, cards };
    }
    return byKnownName() ?? byShape() ?? { selector: null, cards: [] };
  };

  const keyOf = (card: Element): string | null => {
    for (const name of selectors.keyAttribute === null ? KEYS : [selectors.keyAttribute]) {
      const value = card.getAttribute(name) ?? card.querySelector(`[${name}]`)?.getAttribute(name);
      if (value) return value;
    }
    return null;
  };
  const priceText = (element: Element): string => {
    const content = element.getAttribute("content");
    const currency = element.parentElement?.querySelector("[itemprop=priceCurrency]")?.getAttribute("content");
    return content === null ? clean(element.textContent) : `${content} ${currency ?? ""}`.trim();
  };
  const isOld = (element: Element) =>
    element.closest(
      "s, del, strike, [class*='old' i], [class*='was-' i], [class*='strike' i], [class*='original' i]",
    ) !== null;
  const readCard = (card: Element): RawCard => {
    const name = first(card, [
      "[itemprop=name]",
      ".name",
      "[class*='product-name' i]",
      "[class*='title' i]",
      "[class*='name' i]",
      "h2, h3, h4",
    ]);
    const link = card.matches("a[href]")
      ? card
      : (name?.closest("a[href]") ?? name?.querySelector("a[href]") ?? card.querySelector("a[href]:not([href^='#'])"));
    const url = absolute(link?.getAttribute("href"));
    const priced = all(card, "[itemprop=price], [class*='price' i], [data-price]").filter(
      (element) =>
        element.hasAttribute("content") ||
        (PRICE.test(element.textContent ?? "") && element.querySelector("[class*='price' i]") === null),
    );
    const price = priced.find((element) => !isOld(element));
    const old = priced.find(isOld) ?? card.querySelector("s, del, strike");
    const rating = first(card, ["[data-rating]", "[itemprop=ratingValue]"]);
    const reviews = first(card, ["[data-reviews]", "[data-review-count]", "[itemprop=reviewCount]"]);
    const image = card.querySelector("img");
    const sku = keyOf(card);
    return {
      key: sku ?? url ?? clean(card.textContent).slice(0, 200),
      sku,
      name: clean(name?.textContent) || link?.getAttribute("title") || image?.alt || clean(link?.textContent) || null,
      url,
      price: price === undefined ? (PRICE.exec(card.textContent ?? "")?.[0] ?? null) : priceText(price),
      oldPrice: old === null || old === undefined ? null : clean(old.textContent),
      brand:
        clean(first(card, ["[itemprop=brand]", ".brand", "[class*='brand' i]", "[class*='vendor' i]"])?.textContent) ||
        null,
      image: absolute(image?.getAttribute("src") ?? image?.getAttribute("data-src")),
      rating: rating?.getAttribute("data-rating") ?? rating?.getAttribute("content") ?? null,
      reviewCount:
        reviews?.getAttribute("data-reviews") ??
        reviews?.getAttribute("data-review-count") ??
        reviews?.getAttribute("content") ??
        null,
    };
  };

  const COUNTED =
    /(\d[\d.,\u00A0\u202F ]*)\s*(?:products?|items?|results?|articles?|artikel|produkte?|treffer|ergebnisse|produits?|résultats?|productos?|resultados?|prodotti|risultati|producten|resultaten|produkter|varor)\b/iu;
  const digits = (text: string): number | null => {
    const plain = text.replace(/[^\d]/gu, "");
    return plain === "" ? null : Number(plain);
  };
  const statedCount = (): number | null => {
    const places =
      selectors.count === null
        ? "[data-count], [class*='result' i], [class*='count' i], [class*='total' i]"
        : selectors.count;
    for (const element of all(document, places).slice(0, 50)) {
      if (selectors.count === null && element.closest("form, label, nav, li, a, header") !== null) continue;
      const attribute = element.getAttribute("data-count");
      if (attribute !== null && /^\d+$/u.test(attribute)) return Number(attribute);
      const text = clean(element.textContent).slice(0, 200);
      const counted = COUNTED.exec(text)?.[1];
      if (counted !== undefined) return digits(counted);
      if (selectors.count !== null) return digits(/\d[\d.,\u00A0\u202F ]*/u.exec(text)?.[0] ?? "");
    }
    return null;
  };

  const NEXT_TEXT =
    /^(?:next(?: page)?|weiter|nächste(?: seite)?|suivante?|siguiente|successiv[ao]|volgende|nästa|næste|neste|次へ)?\s*[›»→>]*$/iu;
  const nextUrl = (): string | null => {
    const candidates = [
      "a[rel~=next]",
      "link[rel~=next]",
      "[class*='pagination' i] [class*='next' i] a",
      "a[class*='next' i]",
      "a[aria-label*='next' i]",
    ];
    const found = first(document, selectors.next === null ? candidates : [selectors.next]);
    const byText = () =>
      all(
        document,
        "[class*='pagination' i] a[href], [class*='pager' i] a[href], nav[aria-label*='pag' i] a[href]",
      ).find((link) => {
        const text = clean(link.textContent);
        return text !== "" && NEXT_TEXT.test(text);
      });
    const link = found ?? (selectors.next === null ? byText() : null);
    if (!link || link.getAttribute("aria-disabled") === "true") return null;
    return absolute(link.getAttribute("href") ?? link.querySelector("a[href]")?.getAttribute("href"));
  };
  const MORE_TEXT =
    /^(?:load|show|view|see)\s+more|mehr (?:laden|anzeigen|produkte)|^(?:voir|afficher|charger) plus|^(?:ver|cargar|mostrar) más|^toon meer|^visa fler/iu;
  const loadMore = (): string | null => {
    if (selectors.loadMore !== null) return all(document, selectors.loadMore).length > 0 ? selectors.loadMore : null;
    const known = [
      "button.load-more",
      "[data-load-more]",
      "button[class*='load-more' i]",
      "button[class*='show-more' i]",
      "a[class*='load-more' i]",
    ];
    const named = known.find((selector) => document.querySelector(selector) !== null);
    if (named !== undefined) return named;
    const button = all(document, "button").find(
      (one) => MORE_TEXT.test(clean(one.textContent)) && one.closest("form, aside, footer") === null,
    );
    if (button === undefined) return null;
    return button.id ? `#${CSS.escape(button.id)}` : signature(button);
  };
  const sentinel = (): string | null => {
    const known =
      selectors.sentinel === null
        ? ["[class*='scroll-sentinel' i]", "[class*='infinite-scroll' i]", "[data-infinite-scroll]"]
        : [selectors.sentinel];
    return known.find((selector) => all(document, selector).length > 0) ?? null;
  };

  const found = findCards();
  return {
    url: location.href,
    cardSelector: found.selector,
    cards: found.cards.map(readCard),
    statedCount: statedCount(),
    nextUrl: nextUrl(),
    loadMore: loadMore(),
    sentinel: sentinel(),
    badSelector,
  };
}
