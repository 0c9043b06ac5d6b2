import { z } from "zod";

import { PermanentFailure } from "../core/job/failures.ts";
import { TEXT_ONLY } from "../core/job/resource-policy.ts";
import { defineStrategy } from "./contract/define-strategy.ts";
import { fullUrl } from "./page/address.ts";
import { visit } from "./page/visit.ts";
import { openProgress } from "./progress/progress.ts";
import { fieldsSchema, selector } from "./reading/field.ts";
import { readProblem } from "./reading/read-problem.ts";
import { extractProduct } from "./shop/extract-product.ts";
import { attributeName } from "./shop/listing.ts";
import { productSchema, SOURCES } from "./shop/product.ts";

const place = (what: string) =>
  z
    .strictObject({
      selector: selector.describe("Where it stands."),
      attribute: attributeName.optional().describe("Read this attribute and not the text."),
    })
    .optional()
    .describe(`Where ${what} stands, if no structured data says it.`);

const input = z.strictObject({
  urls: z.array(fullUrl).min(1).max(500).describe("Product pages, in the order of the output."),
  selectors: z
    .strictObject({
      name: place("the name"),
      sku: place("the article number"),
      gtin: place("the GTIN or EAN"),
      brand: place("the brand"),
      description: place("the description"),
      price: place("the price"),
      oldPrice: place("the price before a reduction"),
      availability: place("the availability"),
      rating: place("the rating"),
      reviewCount: place("the number of reviews"),
      images: place("the pictures, all that match,"),
    })
    .default({})
    .describe("Used after JSON-LD, microdata and Open Graph, and before what is told from the visible page."),
  fields: fieldsSchema.optional().describe("Further fields of your own, read along."),
});

const found = z.object({
  kind: z.literal("found"),
  requestedUrl: z.string(),
  url: z.string().describe("The canonical address, where the page names one."),
  product: productSchema,
  sources: z.record(z.string(), z.enum(SOURCES)).describe("Where each field's value comes from."),
  fields: z.record(z.string(), z.unknown()),
  problems: z.array(readProblem),
});
const missing = z.object({
  kind: z.literal("missing"),
  requestedUrl: z.string(),
  error: z.object({ name: z.string(), message: z.string() }),
});
const entry = z.discriminatedUnion("kind", [found, missing]);

/** The products of the first addresses, one for each. */
const cursor = z.array(entry);

export default defineStrategy({
  name: "product-extraction",
  summary:
    "One or more product pages: JSON-LD, microdata, Open Graph, then selectors, merged, with each field's source.",
  class: "extraction",
  input,
  output: z.object({ products: z.array(entry), found: z.number(), missing: z.number() }),
  resources: TEXT_ONLY,
  run: async (run) => {
    const { urls, selectors, fields } = run.input;
    const progress = await openProgress(run, "products/1", cursor);
    const products = progress.resumed ?? [];
    let lastFailure: PermanentFailure | undefined;
    for (const [index, url] of urls.entries()) {
      if (index < products.length) continue;
      const at = `urls.${index}`;
      try {
        await visit(run, run.page, url, { at });
        const { title, ...extracted } = await extractProduct(run, run.page, at, selectors, fields ?? {});
        if (extracted.product.name === null || (extracted.product.price === null && extracted.product.sku === null)) {
          throw new PermanentFailure("ProductNotFound", `${url} ("${title}") shows no product; give selectors`, { at });
        }
        products.push({
          kind: "found",
          requestedUrl: url,
          ...extracted,
          problems: [...extracted.problems],
          fields: { ...extracted.fields },
        });
      } catch (error) {
        // One dead link among many is a result; a time-out or a 503 ends the attempt, and the next goes on from here.
        if (!(error instanceof PermanentFailure)) throw error;
        lastFailure = error;
        products.push({ kind: "missing", requestedUrl: url, error: { name: error.name, message: error.message } });
      }
      if (index < urls.length - 1) await progress.report("products", [...products]);
    }
    const count = products.filter(({ kind }) => kind === "found").length;
    if (count === 0 && lastFailure !== undefined) throw lastFailure;
    return { products, found: count, missing: products.length - count };
  },
});
