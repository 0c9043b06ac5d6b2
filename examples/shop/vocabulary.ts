/** What names, brands and descriptions are made of: accents, umlauts, quotes, ampersands and CJK on purpose. */
export const BRANDS = [
  "Nordlys",
  "Fjäll & Sø",
  "Brömmel",
  "Café du Nord",
  "O’Hara & Sons",
  "Ásgeir",
  "Señora Verde",
  "Łódka",
  "Çelik",
  "Plain Goods",
  "Kestrel",
  "Haus Grün",
] as const;

export const SERIES = [
  "Skagen",
  "Höhenweg",
  "Étoile",
  "Öland",
  "Tromsø",
  "Piñata",
  "Kleine Straße",
  "Vågen",
  "Crème",
  "Zürich",
  "Ålesund",
  "Garçon",
  "Basalt",
  "Lumen",
  "Juniper",
  "Marée",
  "Polar",
  "Sierra",
  "Bracken",
  "Heron",
] as const;

/** Put after about one name in eight; some need escaping in HTML, JSON or both. */
export const FLOURISHES = [
  "“Édition Spéciale”",
  "& Friends",
  '12"',
  "‘Old Town’",
  "<Light>",
  "富士",
  "桜 & 月",
  "한강",
  "No. 5 / B",
  "100% </b>",
  "C:\\Trail",
  "+ Repair Kit",
] as const;

/** Name, and the colour it is painted with. */
export const COLOURS = [
  ["Forest green", "#2f5d50"],
  ["Ochre", "#c98a2b"],
  ["Ink blue", "#27406b"],
  ["Rust", "#a8492f"],
  ["Sand", "#cdb892"],
  ["Graphite", "#4a4e57"],
  ["Berry", "#8c2f57"],
  ["Sky", "#7fa9c9"],
  ["Crème", "#e6dcc3"],
] as const;

export const PRAISE = [
  "Made to last, and easy to repair when it doesn’t.",
  "Light enough to forget, tough enough to rely on.",
  "Designed in a small workshop by people who use it every week.",
  "A quiet classic that gets better with every season.",
  "Tested through two winters & one very wet summer.",
] as const;

export const CARE = [
  "Wipe clean with a damp cloth.",
  "Wash at 30 °C, don’t tumble dry.",
  "Store dry and out of the sun.",
  "Spare parts are available for ten years.",
] as const;
