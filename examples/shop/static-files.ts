import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { swatchPng, toneWav } from "./art/files.ts";
import { categorySvg, heroSvg, productSvg } from "./art/picture.ts";
import type { ShopIndex } from "./listing.ts";

export interface StaticFile {
  readonly body: string | Buffer;
  readonly type: string;
  readonly etag: string;
}

const SVG = "image/svg+xml";

/** Files by path, made when first asked for and kept. Null when there is none. */
export function makeStaticFiles(index: ShopIndex): (path: string) => StaticFile | null {
  const made = new Map<string, StaticFile>();
  return (path) => {
    const kept = made.get(path);
    if (kept !== undefined) return kept;
    const content = contentOf(path, index);
    if (content === null) return null;
    const [type, body] = content;
    const file = { type, body, etag: `"${createHash("sha256").update(body).digest("base64url")}"` };
    made.set(path, file);
    return file;
  };
}

function contentOf(path: string, index: ShopIndex): readonly [type: string, body: string | Buffer] | null {
  switch (path) {
    case "/assets/shop.css":
      return ["text/css; charset=utf-8", asset("shop.css")];
    case "/assets/shop.js":
      return ["text/javascript; charset=utf-8", asset("shop.js")];
    case "/assets/figtree.woff2":
      return ["font/woff2", font("latin")];
    case "/assets/figtree-ext.woff2":
      return ["font/woff2", font("latin-ext")];
    case "/assets/icon.svg":
      return [SVG, categorySvg("outdoor/tents")];
    case "/images/hero.svg":
      return [SVG, heroSvg()];
    default:
      return categoryPicture(path, index) ?? productFile(path, index);
  }
}

function categoryPicture(path: string, index: ShopIndex): readonly [string, string] | null {
  const category = /^\/images\/category\/([a-z.-]+)\.svg$/.exec(path)?.[1]?.replaceAll(".", "/");
  return category === undefined || !index.byPath.has(category) ? null : [SVG, categorySvg(category)];
}

function productFile(path: string, index: ShopIndex): readonly [string, string | Buffer] | null {
  const [, sku = "", suffix] = /^\/(?:images|media)\/([A-Z]{3}-\d{5})(-1\.svg|-2\.svg|-3\.png|\.wav)$/.exec(path) ?? [];
  const product = index.bySku.get(sku);
  if (product === undefined) return null;
  if (path === `/media/${sku}.wav`) return ["audio/wav", toneWav(product)];
  if (!product.images.includes(path)) return null;
  return suffix === "-3.png"
    ? ["image/png", swatchPng(product)]
    : [SVG, productSvg(product, suffix === "-1.svg" ? 1 : 2)];
}

const asset = (name: string): Buffer => readFileSync(new URL(`assets/${name}`, import.meta.url));

/** Figtree, by Erik Kennedy, under the SIL Open Font License. */
const font = (subset: "latin" | "latin-ext"): Buffer =>
  readFileSync(
    createRequire(import.meta.url).resolve(`@fontsource-variable/figtree/files/figtree-${subset}-wght-normal.woff2`),
  );
