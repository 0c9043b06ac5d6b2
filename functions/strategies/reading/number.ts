export type DecimalSign = "." | ",";

/** Digits with group signs and a decimal sign: 1,234.5 · 1.234,5 · 1 234,5 · 1'234.5 · 1,23,456.7 */
const NUMBER = /(?:[-−–]\s?)?\d+(?:[.,'’\u00A0\u202F\u2009 ]\d+)*/u;
const GROUPS = /['’\u00A0\u202F\u2009 ]/gu;

/**
 * The first number in a text. Where the text leaves open which sign is the decimal one, a sign with exactly three
 * digits behind it groups (`1.299` is 1299), unless the number begins with 0 or `decimal` says otherwise.
 */
export function readNumber(text: string, decimal?: DecimalSign): number | undefined {
  const found = NUMBER.exec(text)?.[0];
  if (found === undefined) return undefined;
  const negative = /^[-−–]/u.test(found) && !/\d\s?$/u.test(text.slice(0, text.indexOf(found)));
  const digits = withoutSpaces(found.replace(/^[-−–]\s?/u, ""));
  const sign = decimal ?? decimalSign(digits);
  const group = sign === "," ? "." : ",";
  const plain = digits.replaceAll(GROUPS, "").replaceAll(group, "").replace(sign, ".");
  const number = Number(plain);
  if (!Number.isFinite(number)) return undefined;
  return negative && number !== 0 ? -number : number;
}

/** A space groups only before exactly three digits: in `2 4 6` the first number is 2. */
function withoutSpaces(digits: string): string {
  const parts = digits.split(/[\u00A0\u202F\u2009 ]/u);
  const end = parts.findIndex((part, at) => at > 0 && !/^\d{3}(?:[.,]\d+)?$/u.test(part));
  return (end < 0 ? parts : parts.slice(0, end)).join("");
}

function decimalSign(digits: string): DecimalSign {
  const dot = digits.lastIndexOf(".");
  const comma = digits.lastIndexOf(",");
  if (dot >= 0 && comma >= 0) return dot > comma ? "." : ",";
  if (dot < 0 && comma < 0) return ".";
  const sign = dot >= 0 ? "." : ",";
  const parts = digits.split(sign);
  const grouped = parts.length > 2 || (parts[1]?.length === 3 && !parts[0]?.startsWith("0"));
  // What groups isn't the decimal sign, so the other one is.
  if (grouped) return sign === "." ? "," : ".";
  return sign;
}
