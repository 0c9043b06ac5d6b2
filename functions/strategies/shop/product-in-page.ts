/** A property's values of microdata: texts, and items within the item. */
interface MicrodataItem {
  readonly "@type": string;
  readonly [property: string]: string | MicrodataItem | readonly (string | MicrodataItem)[];
}

/** What the visible page shows; prices and availability are texts still. */
export interface VisibleProduct {
  readonly name: string | null;
  readonly sku: string | null;
  readonly gtin: string | null;
  readonly brand: string | null;
  readonly description: string | null;
  readonly price: string | null;
  readonly oldPrice: string | null;
  readonly availability: string | null;
  readonly rating: string | null;
  readonly reviewCount: string | null;
  readonly images: readonly string[];
}

export interface RawProduct {
  readonly url: string;
  readonly canonical: string | null;
  readonly title: string;
  /** Texts of the JSON-LD scripts. */
  readonly jsonLd: readonly string[];
  readonly microdata: readonly MicrodataItem[];
  readonly openGraph: readonly (readonly [string, string])[];
  readonly visible: VisibleProduct;
}

/** Runs in the page, so it uses nothing from around it: all sources of a product in one evaluation. */
export function readProductInPage(): RawProduct {
  const SCRIPT_MAX = 500_000;
  const TEXT_MAX = 20_000;
  const BESIDE = /related|recommend|recently|carousel|upsell|cross-?sell|also-|similar/iu;
  const PRICE =
    /(?:[€£$¥₹₺₽₩]|\b(?:EUR|USD|GBP|CHF|PLN|SEK|DKK|NOK|CZK)|kr\.?|zł|Kč)\s?\d|\d[\d.,\s]*\s?(?:[€£$¥₹₺₽₩]|(?:EUR|USD|GBP|CHF|PLN|SEK|DKK|NOK|CZK)\b|kr\b|zł|Kč|:-)/u;
  const clean = (text: string | null | undefined) => (text ?? "").replace(/\s+/gu, " ").trim().slice(0, TEXT_MAX);
  const absolute = (address: string | null | undefined): string | null =>
    address && URL.canParse(address, document.baseURI) ? new URL(address, document.baseURI).href : null;

  const propertyValue = (element: Element): string => {
    const attribute = element.getAttribute("content") ?? element.getAttribute("datetime");
    if (attribute !== null) return attribute.slice(0, TEXT_MAX);
    const address = element.getAttribute("href") ?? element.getAttribute("src");
    if (address !== null && element.matches("link, a, area, img, source, iframe, video, audio"))
      return absolute(address) ?? address;
    return element.getAttribute("value") ?? clean(element.textContent);
  };
  const microdataItem = (scope: Element, depth: number): MicrodataItem => {
    const item: Record<string, string | MicrodataItem | (string | MicrodataItem)[]> = {};
    for (const element of scope.querySelectorAll("[itemprop]")) {
      if (element.parentElement?.closest("[itemscope]") !== scope) continue;
      const value =
        element.hasAttribute("itemscope") && depth < 5 ? microdataItem(element, depth + 1) : propertyValue(element);
      for (const name of (element.getAttribute("itemprop") ?? "")
        .split(/\s+/u)
        .filter((one) => /^[A-Za-z]\w*$/u.test(one))) {
        const known = Object.hasOwn(item, name) ? item[name] : undefined;
        if (known === undefined) item[name] = value;
        else if (Array.isArray(known)) known.push(value);
        else item[name] = [known, value];
      }
    }
    const type = (scope.getAttribute("itemtype") ?? "").split(/\s+/u)[0] ?? "";
    return { ...item, "@type": type.slice(type.lastIndexOf("/") + 1) };
  };
  const scopes = [...document.querySelectorAll("[itemscope][itemtype*='schema.org/Product' i]")];
  const outer = scopes.filter(
    (scope) => !scope.parentElement?.closest("[itemscope][itemtype*='schema.org/Product' i]"),
  );

  const isBeside = (element: Element, within: Element): boolean => {
    for (let up: Element | null = element; up !== null && up !== within; up = up.parentElement) {
      if (BESIDE.test(`${up.id} ${up.getAttribute("class") ?? ""}`) || up.tagName === "FOOTER") return true;
    }
    return false;
  };
  const heading = document.querySelector("h1");
  const root =
    outer[0] ??
    heading?.closest("article, [class*='product-detail' i], [class*='product-page' i], [class*='product-main' i]") ??
    document.querySelector("article[class*='product' i], [class*='product-detail' i], [class*='product-page' i]") ??
    heading?.closest("main") ??
    document.body;
  const first = (...candidates: readonly string[]): Element | undefined => {
    for (const selector of candidates) {
      const found = [...root.querySelectorAll(selector)].find((element) => !isBeside(element, root));
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const textOf = (...candidates: readonly string[]) => clean(first(...candidates)?.textContent) || null;
  const isOld = (element: Element) =>
    element.closest(
      "s, del, strike, [class*='old' i], [class*='was-' i], [class*='strike' i], [class*='original' i]",
    ) !== null;
  const prices = [...root.querySelectorAll("[class*='price' i], [data-price]")].filter(
    (element) =>
      PRICE.test(element.textContent ?? "") &&
      element.querySelector("[class*='price' i]") === null &&
      !isBeside(element, root),
  );
  const rating = first("[data-rating]", "[class*='rating' i]");
  const reviews = first("[data-reviews]", "[data-review-count]", "[class*='review-count' i]");
  const images = [...root.querySelectorAll("[class*='gallery' i] img, [class*='product-image' i] img, img")]
    .filter((image) => !isBeside(image, root))
    .map((image) => absolute(image.getAttribute("src") ?? image.getAttribute("data-src")))
    .filter((address) => address !== null);

  return {
    url: location.href,
    canonical: absolute(document.querySelector("link[rel=canonical]")?.getAttribute("href")),
    title: clean(document.title),
    jsonLd: [...document.querySelectorAll("script[type='application/ld+json' i]")]
      .slice(0, 50)
      .map((script) => (script.textContent ?? "").slice(0, SCRIPT_MAX)),
    microdata: outer.slice(0, 20).map((scope) => microdataItem(scope, 0)),
    openGraph: [...document.querySelectorAll("meta[property], meta[name^='product:'], meta[name^='og:']")]
      .slice(0, 300)
      .map(
        (meta) =>
          [
            meta.getAttribute("property") ?? meta.getAttribute("name") ?? "",
            (meta.getAttribute("content") ?? "").slice(0, TEXT_MAX),
          ] as const,
      ),
    visible: {
      name: clean(heading?.textContent) || null,
      sku:
        root.getAttribute("data-sku") ??
        first("[data-sku]")?.getAttribute("data-sku") ??
        textOf(".sku", "[class*='sku' i]", "[class*='article-number' i]"),
      gtin: textOf(".gtin", "[class*='gtin' i]", "[class*='ean' i]:not([class*='mean' i]):not([class*='clean' i])"),
      brand: textOf(".brand", "[class*='brand' i]", "[class*='manufacturer' i]"),
      description: textOf(".description", "[class*='product-description' i]", "[class*='description' i]"),
      price: clean(prices.find((element) => !isOld(element))?.textContent) || null,
      oldPrice: clean((prices.find(isOld) ?? first("s", "del", "strike"))?.textContent) || null,
      availability: textOf(".availability", "[class*='availability' i]", "[class*='stock' i]"),
      rating: rating?.getAttribute("data-rating") ?? null,
      reviewCount:
        reviews?.getAttribute("data-reviews") ??
        reviews?.getAttribute("data-review-count") ??
        (clean(reviews?.textContent) || null),
      images: [...new Set(images)].slice(0, 50),
    },
  };
}
