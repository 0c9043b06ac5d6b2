/** A field as the page reads it: no types, no patterns, only where and what. */
export interface RawField {
  readonly selector: string | null;
  readonly attribute: string | null;
  readonly how: "text" | "url" | "date" | "html" | "present";
  /** Most rows of a list; null: the first match alone. */
  readonly rows: number | null;
  /** Whether more rows than that are cut, or told. */
  readonly cut: boolean;
  readonly maxCharacters: number;
  /** Whether to tell what is there where the selector matches nothing. */
  readonly required: boolean;
  readonly fields: readonly RawField[] | null;
}

export type ReadRequest =
  | { readonly kind: "fields"; readonly fields: readonly RawField[] }
  | { readonly kind: "match"; readonly selector: string; readonly maxCharacters: number };

/** A text, nothing, a list or a row, or why there is neither. */
export type Raw = string | null | readonly Raw[] | { readonly found: string } | { readonly tooMany: number };

export type ReadAnswer =
  | { readonly kind: "fields"; readonly values: readonly Raw[] }
  | { readonly kind: "match"; readonly count: number; readonly text: string; readonly found: string }
  | { readonly kind: "bad-selector"; readonly selector: string; readonly message: string };

export interface PageReading {
  readonly url: string;
  readonly answers: readonly ReadAnswer[];
}

/**
 * Runs in the page, so it may use nothing from around it. Answers every request in one go; nothing is waited for, and no
 * layout is forced (`textContent`, not `innerText`).
 */
export function readInPage(requests: readonly ReadRequest[]): PageReading {
  class BadSelector extends Error {}

  const outline = (root: ParentNode): string => {
    if (!(root instanceof Element)) {
      return `a page titled "${document.title.slice(0, 80)}" at ${location.href.slice(0, 200)}`;
    }
    return `<${root.tagName.toLowerCase()}${root.id ? `#${root.id}` : ""}${[...root.classList].map((name) => `.${name}`).join("")}> with the text "${clean(root.textContent ?? "").slice(0, 120)}"`;
  };
  const clean = (text: string) => text.replace(/\s+/gu, " ").trim();
  const all = (root: ParentNode, selector: string): Element[] => {
    try {
      return [...root.querySelectorAll(selector)];
    } catch {
      throw new BadSelector(selector);
    }
  };
  const first = (root: ParentNode, selector: string): Element | null => {
    try {
      return root.querySelector(selector);
    } catch {
      throw new BadSelector(selector);
    }
  };
  const textOf = (element: Element): string => {
    if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) return element.value;
    if (element instanceof HTMLSelectElement) return element.selectedOptions[0]?.textContent ?? "";
    if (element instanceof HTMLMetaElement) return element.content;
    return element.textContent ?? "";
  };
  const raw = (element: Element, field: RawField): string | null => {
    if (field.how === "html") return element.innerHTML;
    if (field.how === "url") {
      const address =
        element.getAttribute(field.attribute ?? "href") ?? (field.attribute ? null : element.getAttribute("src"));
      if (address === null) return null;
      return URL.canParse(address, document.baseURI) ? new URL(address, document.baseURI).href : address;
    }
    if (field.attribute !== null) return element.getAttribute(field.attribute);
    if (field.how === "date") return element.getAttribute("datetime") ?? clean(textOf(element));
    return field.how === "present" ? textOf(element) : clean(textOf(element));
  };
  const value = (element: Element, field: RawField): Raw => {
    if (field.fields !== null) return field.fields.map((inner) => read(element, inner));
    const text = raw(element, field);
    return text === null ? null : text.slice(0, field.maxCharacters);
  };
  const read = (root: ParentNode, field: RawField): Raw => {
    if (field.rows !== null && field.selector !== null) {
      const matches = all(root, field.selector);
      if (matches.length > field.rows && !field.cut) return { tooMany: matches.length };
      if (matches.length === 0 && field.required) return { found: outline(root) };
      return matches.slice(0, field.rows).map((element) => value(element, field));
    }
    const element = field.selector === null ? root : first(root, field.selector);
    const target = element instanceof Document ? element.documentElement : element;
    const result = target instanceof Element ? value(target, field) : null;
    return result === null && field.required ? { found: outline(root) } : result;
  };
  const answer = (request: ReadRequest): ReadAnswer => {
    try {
      if (request.kind === "fields") {
        return { kind: "fields", values: request.fields.map((field) => read(document, field)) };
      }
      const matches = all(document, request.selector);
      const text = matches[0] === undefined ? "" : clean(textOf(matches[0])).slice(0, request.maxCharacters);
      return { kind: "match", count: matches.length, text, found: outline(document) };
    } catch (error) {
      if (!(error instanceof BadSelector)) throw error;
      return { kind: "bad-selector", selector: error.message, message: "is not a valid CSS selector" };
    }
  };
  return { url: location.href, answers: requests.map((request) => answer(request)) };
}
