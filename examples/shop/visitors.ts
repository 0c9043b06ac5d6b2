import { randomUUID } from "node:crypto";
import type { ShopIndex } from "./listing.ts";
import type { Product, Variant } from "./product.ts";

export interface CartLine {
  readonly product: Product;
  readonly variant: Variant;
  readonly quantity: number;
}

/** Carts and logins, in memory, oldest forgotten first. */
export interface Visitors {
  newVisitor(): string;
  cart(visitor: string): readonly CartLine[];
  /** False when there is no such variant or it is sold out. */
  addToCart(visitor: string, variantSku: string, quantity: number): boolean;
  /** 0 removes the line. */
  setQuantity(visitor: string, variantSku: string, quantity: number): void;
  login(user: string, password: string): string | null;
  logout(session: string): void;
  userOf(session: string): string | null;
}

const MAX_KEPT = 10_000;
const MAX_QUANTITY = 99;

export function makeVisitors(index: ShopIndex, credentials: { user: string; password: string }): Visitors {
  const carts = new Map<string, Map<string, number>>();
  const sessions = new Map<string, string>();
  const variants = new Map(
    [...index.bySku.values()].flatMap((product) =>
      product.variants.map((variant) => [variant.sku, { product, variant }] as const),
    ),
  );
  const setQuantity = (visitor: string, variantSku: string, quantity: number): void => {
    const cart = carts.get(visitor) ?? new Map<string, number>();
    if (quantity <= 0) cart.delete(variantSku);
    else cart.set(variantSku, Math.min(quantity, MAX_QUANTITY));
    keep(carts, visitor, cart);
  };
  return {
    newVisitor: randomUUID,
    cart: (visitor) =>
      [...(carts.get(visitor) ?? [])].flatMap(([sku, quantity]) => {
        const known = variants.get(sku);
        return known === undefined ? [] : [{ ...known, quantity }];
      }),
    addToCart: (visitor, variantSku, quantity) => {
      const known = variants.get(variantSku);
      if (known === undefined || known.variant.stock === 0) return false;
      setQuantity(visitor, variantSku, (carts.get(visitor)?.get(variantSku) ?? 0) + quantity);
      return true;
    },
    setQuantity: (visitor, variantSku, quantity) => {
      if (carts.get(visitor)?.has(variantSku) === true) setQuantity(visitor, variantSku, quantity);
    },
    login: (user, password) => {
      if (user !== credentials.user || password !== credentials.password) return null;
      const session = randomUUID();
      keep(sessions, session, user);
      return session;
    },
    logout: (session) => void sessions.delete(session),
    userOf: (session) => sessions.get(session) ?? null,
  };
}

/** A long run against the shop must not make it grow for ever. */
export function keep<V>(map: Map<string, V>, key: string, value: V): void {
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= MAX_KEPT) break;
    map.delete(oldest);
  }
}
