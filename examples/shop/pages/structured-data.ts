import { html } from "hono/html";
import type { Product } from "../product.ts";
import { type Crumb, type Html, scriptJson } from "./layout.ts";

const decimal = (cents: number): string => (cents / 100).toFixed(2);

const schemaAvailability = ({ availability }: Product): string =>
  `https://schema.org/${availability === "in-stock" ? "InStock" : "OutOfStock"}`;

/** JSON-LD or Open Graph for the head; nothing for the other kinds. */
export function headData(product: Product, origin: string, crumbs: readonly Crumb[]): Html | string {
  if (product.structuredData.kind === "open-graph") return openGraph(product, origin);
  if (product.structuredData.kind !== "json-ld") return "";
  const subject = jsonLdProduct(product, origin, product.structuredData.shape);
  const trail = {
    "@type": "BreadcrumbList",
    itemListElement: crumbs.map(({ name, href }, at) => ({
      "@type": "ListItem",
      position: at + 1,
      name,
      item: `${origin}${href}`,
    })),
  };
  const context = "https://schema.org";
  const documents =
    product.structuredData.shape === "graph"
      ? [{ "@context": context, "@graph": [{ "@type": "WebPage", name: product.name }, trail, subject] }]
      : [
          { "@context": context, ...trail },
          { "@context": context, ...subject },
        ];
  return html`${documents.map(
    (document) =>
      html`<script type="application/ld+json">
        ${scriptJson(document)}
      </script>`,
  )}`;
}

function jsonLdProduct(product: Product, origin: string, shape: string): Record<string, unknown> {
  const url = `${origin}${product.url}`;
  const offer = { priceCurrency: product.currency, availability: schemaAvailability(product), url };
  const dearest = Math.max(...product.variants.map(({ priceCents }) => priceCents));
  return {
    "@type": shape === "type-array" ? ["Product", "IndividualProduct"] : "Product",
    name: product.name,
    description: product.description,
    sku: product.sku,
    gtin13: product.gtin,
    brand: { "@type": "Brand", name: product.brand.label },
    image: product.images.map((path) => `${origin}${path}`),
    offers:
      shape === "aggregate-offer"
        ? {
            "@type": "AggregateOffer",
            ...offer,
            lowPrice: decimal(product.priceCents),
            highPrice: decimal(dearest),
            offerCount: product.variants.length,
          }
        : { "@type": "Offer", ...offer, price: decimal(product.priceCents) },
    ...(product.rating === null
      ? {}
      : {
          aggregateRating: {
            "@type": "AggregateRating",
            ratingValue: product.rating,
            reviewCount: product.reviewCount,
          },
        }),
  };
}

function openGraph(product: Product, origin: string): Html {
  const entries: readonly (readonly [string, string])[] = [
    ["og:type", "product"],
    ["og:title", product.name],
    ["og:description", product.description],
    ["og:url", `${origin}${product.url}`],
    ...product.images.map((path) => ["og:image", `${origin}${path}`] as const),
    ["product:brand", product.brand.label],
    ["product:retailer_item_id", product.sku],
    ["product:ean", product.gtin],
    ["product:price:amount", decimal(product.priceCents)],
    ["product:price:currency", product.currency],
    ["product:availability", product.availability === "in-stock" ? "in stock" : "out of stock"],
  ];
  return html`${entries.map(([property, content]) => html`<meta property="${property}" content="${content}" />`)}`;
}

/** Microdata as meta and link elements inside the article, which carries the scope; nothing for the other kinds. */
export function microdata(product: Product, origin: string): Html | string {
  if (product.structuredData.kind !== "microdata") return "";
  return html`<meta itemprop="name" content="${product.name}" />
    <meta itemprop="description" content="${product.description}" />
    <meta itemprop="sku" content="${product.sku}" />
    <meta itemprop="gtin13" content="${product.gtin}" />
    <div itemprop="brand" itemscope itemtype="https://schema.org/Brand">
      <meta itemprop="name" content="${product.brand.label}" />
    </div>
    ${product.images.map((path) => html`<link itemprop="image" href="${origin}${path}" />`)}
    <div itemprop="offers" itemscope itemtype="https://schema.org/Offer">
      <meta itemprop="price" content="${decimal(product.priceCents)}" />
      <meta itemprop="priceCurrency" content="${product.currency}" />
      <link itemprop="availability" href="${schemaAvailability(product)}" />
    </div>
    ${
      product.rating === null
        ? ""
        : html`<div itemprop="aggregateRating" itemscope itemtype="https://schema.org/AggregateRating">
            <meta itemprop="ratingValue" content="${product.rating}" />
            <meta itemprop="reviewCount" content="${product.reviewCount}" />
          </div>`
    }`;
}
