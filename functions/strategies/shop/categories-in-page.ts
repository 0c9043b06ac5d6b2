/** Where a category's page lists its subcategories; null: look for it. */
export interface CategorySelectors {
  readonly link: string | null;
  readonly label: string | null;
  readonly count: string | null;
  /** Where the page states its own number of products. */
  readonly ownCount: string | null;
}

interface RawCategory {
  readonly name: string;
  readonly url: string;
  readonly count: number | null;
}

export interface RawCategories {
  readonly url: string;
  readonly name: string;
  readonly count: number | null;
  readonly children: readonly RawCategory[];
  readonly badSelector: string | null;
}

/** Runs in the page, so it uses nothing from around it: a category's name, count and subcategories in one evaluation. */
export function readCategoriesInPage(selectors: CategorySelectors): RawCategories {
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
  const COUNT = /[([]\s*(\d[\d.,\u00A0\u202F ]*)\s*[)\]]\s*$/u;
  const COUNTED =
    /(\d[\d.,\u00A0\u202F ]*)\s*(?:products?|items?|results?|articles?|artikel|produkte?|treffer|ergebnisse|produits?|productos?|prodotti|producten|produkter)\b/iu;
  const number = (text: string | null | undefined): number | null => {
    const plain = (text ?? "").replace(/[^\d]/gu, "");
    return plain === "" ? null : Number(plain);
  };
  const LINKS = [
    "nav[class*='subcategor' i] a[href], [class*='subcategor' i] a[href], [class*='sub-categor' i] a[href]",
    "a[href][data-category], [data-category] a[href]",
    "[class*='category-list' i] a[href], [class*='categories' i] a[href], [class*='category-card' i] a[href], a[href][class*='category-card' i]",
  ];
  const address = (link: Element): URL | null => {
    const href = link.getAttribute("href") ?? "";
    if (!URL.canParse(href, document.baseURI)) return null;
    const url = new URL(href, document.baseURI);
    url.hash = "";
    return url.protocol === "http:" || url.protocol === "https:" ? url : null;
  };
  /** Without a known place: links of navigation and main part whose path continues this page's own path. */
  const byPath = (): Element[] => {
    const own = location.pathname.replace(/(?:index\.html?)?\/?$/u, "/");
    if (own === "/") return [];
    return all(document, "main a[href], aside a[href], nav a[href]").filter((link) => {
      const url = address(link);
      return (
        url !== null &&
        url.origin === location.origin &&
        url.search === "" &&
        url.pathname.startsWith(own) &&
        url.pathname.length > own.length
      );
    });
  };
  const findLinks = (): Element[] => {
    if (selectors.link !== null) return all(document, selectors.link);
    for (const place of LINKS) {
      const found = all(document, place).filter(
        (link) => link.closest("footer, [class*='breadcrumb' i], [class*='product' i]") === null,
      );
      if (found.length > 0) return found;
    }
    return byPath();
  };

  const seen = new Set<string>();
  const children: RawCategory[] = [];
  for (const link of findLinks()) {
    const url = address(link);
    if (
      url === null ||
      url.origin !== location.origin ||
      url.href === location.href.split("#")[0] ||
      seen.has(url.href)
    )
      continue;
    const named = all(link, selectors.label ?? ".label, [class*='label' i], [class*='name' i], [class*='title' i]")[0];
    const counted = all(link, selectors.count ?? ".count, [class*='count' i], [data-count]")[0];
    const text = clean(link.textContent);
    const name =
      clean(named?.textContent) ||
      clean(text.replace(COUNT, "")) ||
      link.getAttribute("title") ||
      link.querySelector("img")?.alt ||
      "";
    if (name === "") continue;
    seen.add(url.href);
    const count = number(counted?.getAttribute("data-count") ?? counted?.textContent ?? COUNT.exec(text)?.[1]);
    children.push({ name, url: url.href, count });
  }
  const ownCount = (): number | null => {
    for (const element of all(
      document,
      selectors.ownCount ?? "[data-count], [class*='result' i], [class*='count' i], [class*='total' i]",
    ).slice(0, 50)) {
      if (selectors.ownCount === null && element.closest("form, label, nav, li, a, header") !== null) continue;
      const attribute = element.getAttribute("data-count");
      if (attribute !== null && /^\d+$/u.test(attribute)) return Number(attribute);
      const counted = COUNTED.exec(clean(element.textContent).slice(0, 200))?.[1];
      if (counted !== undefined) return number(counted);
      if (selectors.ownCount !== null) return number(/\d[\d.,\u00A0\u202F ]*/u.exec(element.textContent ?? "")?.[0]);
    }
    return null;
  };
  const name = clean(document.querySelector("h1")?.textContent) || document.title;
  return { url: location.href, name, count: ownCount(), children, badSelector };
}
