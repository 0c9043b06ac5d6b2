import { readNumber, type DecimalSign } from "./number.ts";

/** A price as an integer of the currency's smallest unit, so that nothing is rounded on the way. */
export interface Money {
  readonly minorUnits: number;
  /** ISO 4217; null where nothing says. */
  readonly currency: string | null;
}

/** Signs that stand for one currency. `$`, `kr` and `¥` stand for several; the commonest is taken. */
const SIGNS: readonly (readonly [string, string])[] = [
  ["US$", "USD"],
  ["CA$", "CAD"],
  ["C$", "CAD"],
  ["AU$", "AUD"],
  ["A$", "AUD"],
  ["NZ$", "NZD"],
  ["HK$", "HKD"],
  ["S$", "SGD"],
  ["R$", "BRL"],
  ["€", "EUR"],
  ["£", "GBP"],
  ["₹", "INR"],
  ["₽", "RUB"],
  ["₩", "KRW"],
  ["₺", "TRY"],
  ["₴", "UAH"],
  ["₫", "VND"],
  ["฿", "THB"],
  ["₪", "ILS"],
  ["zł", "PLN"],
  ["Kč", "CZK"],
  ["Ft", "HUF"],
  ["kr", "SEK"],
  ["¥", "JPY"],
  ["円", "JPY"],
  ["元", "CNY"],
  ["$", "USD"],
];

const KNOWN = new Set(Intl.supportedValuesOf("currency"));
const CODE = /(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])/gu;

/** The currency that a text names, by code or by sign. */
function currencyIn(text: string): string | null {
  const code = text.match(CODE)?.find((candidate) => KNOWN.has(candidate));
  if (code !== undefined) return code;
  return SIGNS.find(([sign]) => text.includes(sign))?.[1] ?? null;
}

/** Digits after the decimal sign, by ISO 4217 as the runtime knows it: 2 for EUR, 0 for JPY, 3 for KWD. */
export function minorDigits(currency: string | null): number {
  if (currency === null || !/^[A-Z]{3}$/u.test(currency)) return 2;
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** Reads the first price of a text, such as `1.299,00 €`; undefined without one. */
export function readMoney(text: string, fallback?: string, decimal?: DecimalSign): Money | undefined {
  const currency = currencyIn(text) ?? fallback ?? null;
  const digits = minorDigits(currency);
  const amount = readNumber(text, decimal ?? (digits === 3 ? onlySign(text) : undefined));
  return amount === undefined ? undefined : { minorUnits: toMinor(amount, digits), currency };
}

/** In a currency of three decimals `1.250` is one and a quarter. */
function onlySign(text: string): DecimalSign | undefined {
  return /^\D*\d+([.,])\d{3}\D*$/u.exec(text)?.[1] as DecimalSign | undefined;
}

/** A plain decimal, as structured data writes it, in minor units. */
export function moneyOf(amount: number, currency: string | null): Money {
  return { minorUnits: toMinor(amount, minorDigits(currency)), currency };
}

/** 19.99 × 100 is 1998.9999999999998: rounding is what makes it exact again. */
function toMinor(amount: number, digits: number): number {
  return Math.round(amount * 10 ** digits);
}
