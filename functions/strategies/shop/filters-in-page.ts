/** Where the filters of a list are; null: look for it. */
export interface FilterSelectors {
  readonly group: string | null;
  readonly groupLabel: string | null;
  readonly option: string | null;
  readonly optionLabel: string | null;
  readonly optionCount: string | null;
  /** Clicked before reading, as "show all" buttons are. */
  readonly expand: string | null;
  readonly count: string | null;
  /** Query parameters that name a page of the list: a changed filter begins at the first page. */
  readonly pageParameters: readonly string[];
}

export interface FilterOption {
  readonly value: string;
  readonly label: string;
  /** What the page states; null where it doesn't. */
  readonly count: number | null;
  readonly selected: boolean;
  /** Address of the list with this option alone added to what is applied now; null where only a script applies it. */
  readonly url: string | null;
  /** Query parameters that the option adds; null where the address changes otherwise. */
  readonly adds: readonly (readonly [string, string])[] | null;
}

export type RawFilter =
  | {
      readonly kind: "options";
      readonly name: string;
      readonly label: string;
      readonly options: readonly FilterOption[];
    }
  | {
      readonly kind: "range";
      readonly name: string;
      readonly label: string;
      readonly min: number | null;
      readonly max: number | null;
    };

export interface RawFilters {
  readonly url: string;
  readonly title: string;
  readonly filters: readonly RawFilter[];
  readonly badSelector: string | null;
}

/** Runs in the page, so it uses nothing from around it: every filter with its options in one evaluation. */
export function readFiltersInPage(selectors: FilterSelectors): RawFilters {
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
  const CHOICE = "input[type=checkbox], input[type=radio]";
  const RANGE = "input[type=range], input[type=number], input[inputmode=decimal], input[inputmode=numeric]";
  const COUNT = /[([]\s*(\d[\d.,\u00A0\u202F ]*)\s*[)\]]\s*$/u;
  const PLACES = [
    "[data-filter]",
    "[data-facet]",
    "form[class*='filter' i] fieldset, [class*='filters' i] fieldset, [class*='facet' i] fieldset",
    "[class*='filter-group' i], [class*='filter-section' i], [class*='filter-block' i], [class*='facet-group' i]",
    "[class*='filter' i] details, [class*='facet' i] details",
    "[class*='facet' i]",
    "aside fieldset, form[method=get i] fieldset",
  ];

  const optionsIn = (group: Element): Element[] => {
    if (selectors.option !== null) return all(group, selectors.option);
    const inputs = all(group, CHOICE);
    if (inputs.length > 0) return inputs;
    const entries = all(group, "select option").filter((entry) => entry.getAttribute("value") !== "");
    return entries.length > 0 ? entries : all(group, "li a[href], a[href][class*='option' i], a[href][data-value]");
  };
  const isFilter = (group: Element) =>
    optionsIn(group).length > 0 || group.querySelector(RANGE) !== null || group.hasAttribute("data-min");
  const findGroups = (): Element[] => {
    if (selectors.group !== null) return all(document, selectors.group);
    for (const place of PLACES) {
      const found = all(document, place).filter(isFilter);
      const innermost = found.filter((group) => !found.some((other) => other !== group && group.contains(other)));
      if (innermost.length > 0) return innermost;
    }
    return [];
  };

  const labelText = (option: Element, input: Element): string => {
    const around =
      input.closest("label") ??
      (input.id ? document.querySelector(`label[for="${CSS.escape(input.id)}"]`) : null) ??
      option;
    const named =
      selectors.optionLabel === null
        ? around.querySelector(".label, [class*='label' i], [class*='name' i]")
        : all(option, selectors.optionLabel)[0];
    const text = named ? clean(named.textContent) : clean(around.textContent).replace(COUNT, "");
    return clean(text) || input.getAttribute("aria-label") || input.getAttribute("title") || "";
  };
  const countOf = (option: Element, input: Element): number | null => {
    const around =
      input.closest("label") ??
      (input.id ? document.querySelector(`label[for="${CSS.escape(input.id)}"]`) : null) ??
      option;
    const place =
      selectors.optionCount === null
        ? around.querySelector(".count, [class*='count' i], [data-count]")
        : all(option, selectors.optionCount)[0];
    const text = place
      ? (place.getAttribute("data-count") ?? clean(place.textContent))
      : (COUNT.exec(clean(around.textContent))?.[1] ?? "");
    const plain = text.replace(/[^\d]/gu, "");
    return plain === "" ? null : Number(plain);
  };

  const pageless = (url: URL): URL => {
    for (const name of selectors.pageParameters) url.searchParams.delete(name);
    url.hash = "";
    return url;
  };
  const byParameter = (element: Element, name: string, value: string): Pick<FilterOption, "url" | "adds"> => {
    const form = element.closest("form");
    if (name === "" || (form !== null && form.method.toLowerCase() !== "get")) return { url: null, adds: null };
    // `form.action` may be an input of that name.
    const action = new URL(form?.getAttribute("action") || location.href, document.baseURI);
    const url = pageless(new URL(location.href));
    url.pathname = action.pathname;
    if (!url.searchParams.getAll(name).includes(value)) url.searchParams.append(name, value);
    return { url: url.href, adds: [[name, value]] };
  };
  const byLink = (href: string): Pick<FilterOption, "url" | "adds"> => {
    const url = pageless(new URL(href, document.baseURI));
    if (url.protocol !== "http:" && url.protocol !== "https:") return { url: null, adds: null };
    const known = new Set([...pageless(new URL(location.href)).searchParams].map((pair) => pair.join("=")));
    const added = [...url.searchParams].filter((pair) => !known.has(pair.join("=")));
    const samePath = url.pathname === location.pathname && url.origin === location.origin;
    return { url: url.href, adds: samePath && added.length > 0 ? added : null };
  };
  const readOption = (option: Element): FilterOption => {
    const input = option.matches("input, option, a") ? option : (option.querySelector("input, a[href]") ?? option);
    const shared = { label: labelText(option, input), count: countOf(option, input) };
    if (input instanceof HTMLAnchorElement) {
      const place = byLink(input.getAttribute("href") ?? "");
      const value = input.dataset["value"] ?? place.adds?.map(([, added]) => added).join(",") ?? shared.label;
      return {
        ...shared,
        ...place,
        value,
        selected: input.matches("[aria-current], [aria-selected=true], .active, .selected"),
      };
    }
    if (input instanceof HTMLOptionElement) {
      const name = input.closest("select")?.name ?? "";
      return {
        ...shared,
        ...byParameter(input, name, input.value),
        value: input.value,
        selected: input.defaultSelected,
      };
    }
    if (input instanceof HTMLInputElement) {
      return { ...shared, ...byParameter(input, input.name, input.value), value: input.value, selected: input.checked };
    }
    return {
      ...shared,
      value: input.getAttribute("data-value") ?? shared.label,
      selected: false,
      url: null,
      adds: null,
    };
  };

  const readFilter = (group: Element): RawFilter => {
    const options = optionsIn(group);
    const firstInput = group.querySelector<HTMLInputElement | HTMLSelectElement>("input[name], select[name]");
    const name = group.getAttribute("data-filter") ?? group.getAttribute("data-facet") ?? firstInput?.name ?? group.id;
    const heading = all(
      group,
      selectors.groupLabel ?? "legend, summary, h2, h3, h4, h5, [class*='title' i], [class*='heading' i]",
    )[0];
    const label = clean(heading?.textContent) || group.getAttribute("aria-label") || name;
    if (options.length > 0) return { kind: "options", name: name || label, label, options: options.map(readOption) };
    const bounds = all(group, RANGE).flatMap((input) => [input.getAttribute("min"), input.getAttribute("max")]);
    const number = (text: string | null | undefined) => (text && Number.isFinite(Number(text)) ? Number(text) : null);
    const numbers = bounds.map(number).filter((bound) => bound !== null);
    return {
      kind: "range",
      name: name || label,
      label,
      min: number(group.getAttribute("data-min")) ?? (numbers.length > 0 ? Math.min(...numbers) : null),
      max: number(group.getAttribute("data-max")) ?? (numbers.length > 0 ? Math.max(...numbers) : null),
    };
  };

  if (selectors.expand !== null)
    for (const more of all(document, selectors.expand)) if (more instanceof HTMLElement) more.click();
  const filters = findGroups().map(readFilter);
  return {
    url: location.href,
    title: clean(document.querySelector("h1")?.textContent) || document.title,
    filters,
    badSelector,
  };
}
