import type { StrategyPage } from "../contract/define-strategy.ts";
import { evaluateTogether } from "../page/evaluate-together.ts";
import type { Clocked } from "../page/within.ts";
import { compileFields } from "../reading/compile-fields.ts";
import { FieldConversion } from "../reading/convert-fields.ts";
import type { Field, Fields } from "../reading/field.ts";
import { readInPage } from "../reading/read-in-page.ts";
import type { ReadProblem } from "../reading/read-problem.ts";
import { goodAnswer } from "../reading/read-page.ts";
import { productOfOpenGraph } from "./open-graph.ts";
import { readProductInPage, type RawProduct, type VisibleProduct } from "./product-in-page.ts";
import { mergeProduct, type Product, type Source } from "./product.ts";
import { productOfJsonLd, productOfThing } from "./schema-org.ts";
import { productOfTexts } from "./visible-product.ts";

export type ProductSelectors = Readonly<
  Partial<
    Record<keyof VisibleProduct, { readonly selector: string; readonly attribute?: string | undefined } | undefined>
  >
>;

export interface ExtractedProduct {
  readonly url: string;
  readonly title: string;
  readonly product: Product;
  readonly sources: Partial<Record<keyof Product, Source>>;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly problems: readonly ReadProblem[];
}

/** Reads the product of the open page from all its sources, in one round trip. */
export async function extractProduct(
  run: Clocked,
  page: StrategyPage,
  at: string,
  selectors: ProductSelectors,
  further: Fields,
): Promise<ExtractedProduct> {
  const configured = textFields(selectors);
  const requests = [configured, further].map((fields) => ({ kind: "fields" as const, fields: compileFields(fields) }));
  const [raw, reading] = await evaluateTogether(run, page, at, [readProductInPage, undefined], [readInPage, requests]);
  const conversion = new FieldConversion(at);
  const [texts = {}, fields = {}] = [configured, further].map((wanted, index) => {
    const answer = goodAnswer(reading.answers[index], at);
    return conversion.convert(wanted, answer.kind === "fields" ? answer.values : []);
  });
  const merged = mergeSources(raw, texts);
  return { url: raw.canonical ?? raw.url, title: raw.title, ...merged, fields, problems: conversion.problems };
}

/** Pure: each field from the first source that has it. */
export function mergeSources(raw: RawProduct, configured: Partial<VisibleProduct>): ReturnType<typeof mergeProduct> {
  const microdata = raw.microdata.find((item) => "offers" in item) ?? raw.microdata[0];
  return mergeProduct({
    "json-ld": productOfJsonLd(raw.jsonLd) ?? {},
    microdata: microdata === undefined ? {} : productOfThing(microdata),
    "open-graph": productOfOpenGraph(raw.openGraph) ?? {},
    selectors: productOfTexts(configured),
    page: productOfTexts(raw.visible),
  });
}

function textFields(selectors: ProductSelectors): Fields {
  return Object.fromEntries(
    Object.entries(selectors).flatMap(([name, place]) => {
      if (place === undefined) return [];
      const isList = name === "images";
      const type = isList ? ("url" as const) : ("text" as const);
      const field: Field = { ...place, type, list: isList, ignoreCase: false, required: false };
      return [[name, field]];
    }),
  );
}
