import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { readDate } from "../../../functions/strategies/reading/date.ts";
import { minorDigits, moneyOf, readMoney } from "../../../functions/strategies/reading/money.ts";
import { readNumber } from "../../../functions/strategies/reading/number.ts";

describe("readNumber", () => {
  test.each([
    ["12", 12],
    ["1,234.5", 1234.5],
    ["1.234,5", 1234.5],
    ["1 234,50 €", 1234.5],
    ["1\u202F234", 1234],
    ["1'234.50", 1234.5],
    ["1,23,456.78", 123456.78],
    ["1.299", 1299],
    ["1,299", 1299],
    ["0.299", 0.299],
    ["1.234.567", 1234567],
    ["12.5", 12.5],
    ["12,95", 12.95],
    ["-5,5 °C", -5.5],
    ["10-20", 10],
    ["2 4 6", 2],
    ["(104)", 104],
    ["4.8 of 5", 4.8],
    ["none", undefined],
    ["", undefined],
  ])("reads %j as %j", (text, expected) => expect(readNumber(text)).toBe(expected));

  test("a given decimal sign decides what the text leaves open", () => {
    expect(readNumber("1.299", ".")).toBe(1.299);
    expect(readNumber("1,299", ",")).toBe(1.299);
  });

  test("reads back what locales with different signs write", () => {
    const locales = ["en-US", "de-DE", "fr-FR", "de-CH", "en-IN", "sv-SE"];
    const cents = fc.integer({ min: 0, max: 100_000_000 });
    fc.assert(
      fc.property(cents, fc.constantFrom(...locales), (amount, locale) => {
        const text = (amount / 100).toLocaleString(locale, { minimumFractionDigits: 2 });
        expect(readNumber(text)).toBe(amount / 100);
      }),
    );
  });

  test("never answers anything but a finite number or nothing", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const number = readNumber(text);
        expect(number === undefined || Number.isFinite(number)).toBe(true);
      }),
    );
  });
});

describe("readMoney", () => {
  test.each([
    ["€ 12,95", { minorUnits: 1295, currency: "EUR" }],
    ["1.299,00 €", { minorUnits: 129900, currency: "EUR" }],
    ["$1,299.99", { minorUnits: 129999, currency: "USD" }],
    ["CA$ 5", { minorUnits: 500, currency: "CAD" }],
    ["¥1,500", { minorUnits: 1500, currency: "JPY" }],
    ["KWD 1.250", { minorUnits: 1250, currency: "KWD" }],
    ["ab 49,90 CHF inkl. MWST", { minorUnits: 4990, currency: "CHF" }],
    ["12.50", { minorUnits: 1250, currency: null }],
    ["free", undefined],
  ])("reads %j", (text, expected) => expect(readMoney(text)).toEqual(expected));

  test("cents stay exact: binary fractions are no reason to lose one", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000_00 }), (cents) => {
        const text = `${(cents / 100).toFixed(2)} EUR`;
        expect(readMoney(text)).toEqual({ minorUnits: cents, currency: "EUR" });
        expect(moneyOf(Number((cents / 100).toFixed(2)), "EUR").minorUnits).toBe(cents);
      }),
    );
  });

  test("twin: without rounding 19.99 loses a cent", () => expect(Math.trunc(19.99 * 100)).not.toBe(1999));

  test("minor units are the currency's own", () => {
    expect(["EUR", "JPY", "KWD", null].map(minorDigits)).toEqual([2, 0, 3, 2]);
  });
});

describe("readDate", () => {
  test.each([
    ["2026-11-21", "2026-11-21"],
    ["2026-02-31", undefined],
    ["2026-11-21T10:00:00+01:00", "2026-11-21T09:00:00.000Z"],
    ["2026-11-21 10:00", "2026-11-21T10:00:00.000Z"],
    ["Sat, 21 Nov 2026 09:00:00 GMT", "2026-11-21T09:00:00.000Z"],
    ["03/04/2026", undefined],
    ["yesterday", undefined],
  ])("reads %j as %j", (text, expected) => expect(readDate(text)).toBe(expected));
});
