import type { Page } from "playwright-core";

const PAGE_DEADLINE_MS = 30_000;

/** One job: two pages of the shop, and what must be read there. */
export interface ShopJob {
  readonly categoryUrl: string;
  readonly cards: number;
  readonly productUrl: string;
  readonly sku: string;
  readonly productName: string;
}

interface CategoryReading {
  readonly cards: readonly { readonly sku: string; readonly name: string; readonly price: string }[];
}
interface ProductReading {
  readonly sku: string;
  readonly name: string;
  readonly price: string;
}

/** A page read wrong: the arm's figures would be about something else than the job. */
class WrongReading extends Error {
  override readonly name = "WrongReading";
}

/** Opens both pages, reads each by one evaluation and checks the readings against the shop's truth. Throws `WrongReading`. */
export async function runShopJob(page: Page, job: ShopJob): Promise<void> {
  await page.goto(job.categoryUrl, { waitUntil: "load", timeout: PAGE_DEADLINE_MS });
  checkCategory(job, await page.evaluate(readCategory));
  await page.goto(job.productUrl, { waitUntil: "load", timeout: PAGE_DEADLINE_MS });
  checkProduct(job, await page.evaluate(readProduct));
}

/** Runs in the page, and needs nothing but the page. */
function readCategory(): CategoryReading {
  const textIn = (root: ParentNode, selector: string) => root.querySelector(selector)?.textContent?.trim() ?? "";
  const cards = [...document.querySelectorAll<HTMLElement>("ul.products li.card")];
  return {
    cards: cards.map((card) => ({
      sku: card.dataset["sku"] ?? "",
      name: textIn(card, ".name a"),
      price: textIn(card, ".price"),
    })),
  };
}

/** Runs in the page, and needs nothing but the page. */
function readProduct(): ProductReading {
  const textOf = (selector: string) => document.querySelector(selector)?.textContent?.trim() ?? "";
  return {
    sku: textOf("article.product .sku"),
    name: textOf("article.product h1.product-name"),
    price: textOf("article.product .price"),
  };
}

function checkCategory(job: ShopJob, { cards }: CategoryReading): void {
  const whole = cards.every(({ sku, name, price }) => sku !== "" && name !== "" && price !== "");
  if (cards.length === job.cards && whole) return;
  throw new WrongReading(`${job.categoryUrl} must show ${job.cards} whole cards; read ${JSON.stringify(cards)}`);
}

function checkProduct(job: ShopJob, reading: ProductReading): void {
  if (reading.sku === job.sku && reading.name === job.productName && reading.price !== "") return;
  throw new WrongReading(`${job.productUrl} must show ${job.sku}, ${job.productName}; read ${JSON.stringify(reading)}`);
}
