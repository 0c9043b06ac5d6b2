import type { Choice } from "./product.ts";

/** Name, number of products, and the nouns that their names are built from. */
export type Leaf = readonly [name: string, count: number, nouns: readonly [string, ...string[]]];

export interface Shelf {
  readonly name: string;
  /** Bounds of a price before sales. */
  readonly priceCents: readonly [min: number, max: number];
  readonly leaves: readonly Leaf[];
}

export interface Department {
  readonly name: string;
  readonly skuPrefix: string;
  readonly sizes: readonly string[];
  readonly materials: readonly [string, ...string[]];
  readonly feature: {
    readonly filter: string;
    readonly label: string;
    readonly values: readonly [string, ...string[]];
  };
  readonly shelves: readonly Shelf[];
}

/** Counts sit on the edges of paging on purpose: 0, 1, 24, 25, 48, 49 and 96 beside ordinary ones. */
export const DEPARTMENTS: readonly Department[] = [
  {
    name: "Outdoor",
    skuPrefix: "OUT",
    sizes: ["1 person", "2 person", "4 person", "6 person"],
    materials: ["Ripstop nylon", "Recycled polyester", "Cotton canvas", "Aluminium"],
    feature: { filter: "season", label: "Season", values: ["Summer", "3-season", "4-season"] },
    shelves: [
      {
        name: "Tents",
        priceCents: [7900, 94900],
        leaves: [
          ["Family tents", 49, ["Family Tent", "Tunnel Tent", "Cabin Tent"]],
          ["Trekking tents", 31, ["Trekking Tent", "Ridge Tent", "Dome Tent"]],
          ["Shelters & tarps", 24, ["Tarp", "Sun Shelter", "Awning"]],
        ],
      },
      {
        name: "Sleeping",
        priceCents: [3900, 44900],
        leaves: [
          ["Sleeping bags", 28, ["Sleeping Bag", "Down Quilt", "Mummy Bag"]],
          ["Mats", 19, ["Sleeping Mat", "Air Mattress", "Foam Mat"]],
        ],
      },
      {
        name: "Camp kitchen",
        priceCents: [1900, 17900],
        leaves: [
          ["Stoves", 17, ["Gas Stove", "Wood Stove", "Alcohol Burner"]],
          ["Cookware", 25, ["Camp Pot", "Kettle", "Nesting Pan"]],
        ],
      },
    ],
  },
  {
    name: "Clothing",
    skuPrefix: "CLO",
    sizes: ["XS", "S", "M", "L", "XL", "XXL"],
    materials: ["Merino wool", "Organic cotton", "Linen", "Recycled polyester", "Down"],
    feature: { filter: "fit", label: "Fit", values: ["Slim", "Regular", "Relaxed"] },
    shelves: [
      {
        name: "Jackets",
        priceCents: [5900, 38900],
        leaves: [
          ["Rain jackets", 48, ["Rain Jacket", "Anorak", "Rain Parka"]],
          ["Down jackets", 26, ["Down Jacket", "Puffer", "Light Down Vest"]],
          ["Fleece", 22, ["Fleece Jacket", "Half-Zip Fleece", "Fleece Hoodie"]],
        ],
      },
      {
        name: "Trousers",
        priceCents: [3900, 18900],
        leaves: [
          ["Hiking trousers", 29, ["Hiking Trousers", "Zip-Off Trousers"]],
          ["Shorts", 16, ["Hiking Shorts", "Trail Shorts"]],
        ],
      },
      {
        name: "Base layers",
        priceCents: [1200, 10900],
        leaves: [
          ["Tops", 96, ["Base Layer Top", "Merino Tee", "Long-Sleeve Tee"]],
          ["Socks", 21, ["Hiking Socks", "Liner Socks", "Crew Socks"]],
        ],
      },
    ],
  },
  {
    name: "Home & Living",
    skuPrefix: "HOM",
    sizes: ["Small", "Medium", "Large"],
    materials: ["Oak", "Stoneware", "Linen", "Brass", "Borosilicate glass"],
    feature: { filter: "room", label: "Room", values: ["Kitchen", "Living room", "Bedroom", "Bathroom"] },
    shelves: [
      {
        name: "Lighting",
        priceCents: [2900, 45900],
        leaves: [
          ["Table lamps", 23, ["Table Lamp", "Desk Lamp"]],
          ["Pendants", 18, ["Pendant Lamp", "Lantern"]],
        ],
      },
      {
        name: "Tableware",
        priceCents: [900, 8900],
        leaves: [
          ["Mugs & cups", 35, ["Mug", "Espresso Cup", "Tea Bowl"]],
          ["Plates & bowls", 27, ["Dinner Plate", "Bowl", "Serving Platter"]],
          ["Seasonal", 0, ["Ornament"]],
        ],
      },
      {
        name: "Textiles",
        priceCents: [1900, 19900],
        leaves: [
          ["Blankets", 20, ["Wool Blanket", "Throw"]],
          ["Cushions", 24, ["Cushion", "Floor Cushion"]],
        ],
      },
    ],
  },
  {
    name: "Cycling",
    skuPrefix: "CYC",
    sizes: ["XS", "S", "M", "L", "XL"],
    materials: ["Aluminium", "Carbon", "Steel", "Recycled polyester"],
    feature: { filter: "terrain", label: "Terrain", values: ["Road", "Gravel", "Trail", "City"] },
    shelves: [
      {
        name: "Bikes",
        priceCents: [54900, 289900],
        leaves: [
          ["City bikes", 15, ["City Bike", "Step-Through Bike"]],
          ["Gravel bikes", 14, ["Gravel Bike", "All-Road Bike"]],
          ["Cargo bikes", 1, ["Cargo Bike"]],
        ],
      },
      {
        name: "Bags",
        priceCents: [2900, 17900],
        leaves: [
          ["Panniers", 22, ["Pannier", "Roll-Top Pannier"]],
          ["Handlebar bags", 13, ["Handlebar Bag", "Bar Roll"]],
        ],
      },
      {
        name: "Safety",
        priceCents: [1500, 18900],
        leaves: [
          ["Helmets", 30, ["Helmet", "Commuter Helmet"]],
          ["Lights", 19, ["Front Light", "Rear Light", "Light Set"]],
        ],
      },
    ],
  },
];

/** Lower case ASCII with hyphens: what stands in an address. Letters of other scripts fall out. */
export function slugOf(text: string): string {
  return text
    .replaceAll("ß", "ss")
    .replaceAll(/[øØ]/g, "o")
    .replaceAll(/[łŁ]/g, "l")
    .normalize("NFKD")
    .replaceAll(/\p{Mark}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
}

export const choiceOf = (label: string): Choice => ({ value: slugOf(label), label });
