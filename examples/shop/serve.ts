import { parseArgs } from "node:util";
import { startShop } from "./start-shop.ts";

const { values } = parseArgs({
  options: { port: { type: "string", default: "0" }, "latency-ms": { type: "string", default: "0" } },
});

function wholeNumber(option: string, text: string, max: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= max) return value;
  console.error(`--${option} must be a whole number from 0 to ${max}, not ${JSON.stringify(text)}.`);
  process.exit(2);
}

const shop = await startShop({
  port: wholeNumber("port", values.port, 65_535),
  latencyMs: wholeNumber("latency-ms", values["latency-ms"], 60_000),
});
console.log(shop.origin);

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void shop.close());
