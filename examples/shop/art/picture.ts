import type { Product } from "../product.ts";
import { COLOURS } from "../vocabulary.ts";
import { SHAPES } from "./shapes.ts";

const COLOUR_OF = new Map<string, string>(COLOURS);
const shapeOf = (category: string): string => SHAPES[category.split("/")[1] ?? ""] ?? SHAPES["tents"] ?? "";

/** A tone between the colour and white (`ratio` above 0) or black (below). */
function tone(hex: string, ratio: number): string {
  const goal = ratio > 0 ? 255 : 0;
  const channels = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return `#${channels
    .map((one) =>
      Math.round(one + (goal - one) * Math.abs(ratio))
        .toString(16)
        .padStart(2, "0"),
    )
    .join("")}`;
}

const paint = (shape: string, colour: string): string =>
  shape
    .replaceAll('"M"', `"${colour}"`)
    .replaceAll('"D"', `"${tone(colour, -0.28)}"`)
    .replaceAll('"L"', `"${tone(colour, 0.55)}"`);

const svg = (width: number, height: number, content: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${content}</svg>`;

/** The first picture shows the whole thing, the second a detail, both in the colour of the first variant. */
export function productSvg(product: Product, number: 1 | 2): string {
  const colour = COLOUR_OF.get(product.variants[0].colour.label) ?? "#2f5d50";
  const thing = paint(shapeOf(product.category), colour);
  const tilt = (product.popularity % 5) - 2;
  const ground = tone(colour, number === 1 ? 0.86 : 0.72);
  const move = number === 1 ? `rotate(${tilt} 200 200)` : "translate(-180 -150) scale(1.9)";
  return svg(
    400,
    400,
    `<rect width="400" height="400" fill="${ground}"/><circle cx="200" cy="205" r="165" fill="#fff" opacity=".55"/>` +
      `<ellipse cx="200" cy="345" rx="125" ry="14" fill="${tone(colour, -0.4)}" opacity=".16"/><g transform="${move}">${thing}</g>`,
  );
}

/** One thing from the category on plain ground. */
export function categorySvg(path: string): string {
  const [top = "", shelf] = path.split("/");
  const first: Record<string, string> = {
    outdoor: "tents",
    clothing: "jackets",
    "home-living": "tableware",
    cycling: "bikes",
  };
  const colours: Record<string, string> = {
    outdoor: "#2f5d50",
    clothing: "#a8492f",
    "home-living": "#c98a2b",
    cycling: "#27406b",
  };
  return svg(400, 400, paint(shapeOf(`${top}/${shelf ?? first[top] ?? ""}`), colours[top] ?? "#2f5d50"));
}

export function heroSvg(): string {
  const tent = paint(SHAPES["tents"] ?? "", "#c9702b");
  return svg(
    800,
    500,
    `<defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="#f3d9b1"/><stop offset="1" stop-color="#e79c6a"/></linearGradient></defs>` +
      `<rect width="800" height="500" fill="url(#s)"/><circle cx="590" cy="170" r="62" fill="#fff3dc"/>` +
      `<path d="M0 330 150 190l110 100 140-170 170 190 90-80 140 130v140H0Z" fill="#5b7f86"/>` +
      `<path d="M0 400q130-90 300-50t500-40v190H0Z" fill="#2f5d50"/><path d="M0 450q240-70 460-30t340-30v110H0Z" fill="#1f4239"/>` +
      `<g fill="#16332b"><path d="m70 440 34-130 34 130ZM690 430l28-116 28 116ZM640 440l22-90 22 90Z"/></g>` +
      `<g transform="translate(245 215) scale(.62)">${tent}</g>`,
  );
}
