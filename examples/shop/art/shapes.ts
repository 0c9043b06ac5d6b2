/**
 * What stands in the picture, by the slug of the shelf: SVG in a box of 400 × 400. `M` is the main colour, `D` its dark
 * and `L` its light tone.
 */
export const SHAPES: Readonly<Record<string, string>> = {
  tents: `<path d="M200 95 340 300H60Z" fill="M"/><path d="M200 95 340 300H230Z" fill="D"/><path d="M200 150 245 300H155Z" fill="L"/><path d="M200 95v-22" stroke="D" stroke-width="6"/>`,
  sleeping: `<rect x="115" y="70" width="170" height="260" rx="80" fill="M"/><ellipse cx="200" cy="130" rx="58" ry="40" fill="D"/><ellipse cx="200" cy="134" rx="42" ry="27" fill="L"/><path d="M122 200h156M118 240h164M124 280h152" stroke="D" stroke-width="5"/>`,
  "camp-kitchen": `<path d="M95 170h210v95a40 40 0 0 1-40 40H135a40 40 0 0 1-40-40Z" fill="M"/><path d="M220 170h85v95a40 40 0 0 1-40 40h-45Z" fill="D"/><rect x="82" y="152" width="236" height="22" rx="11" fill="L"/><path d="M175 150q25-40 50 0" fill="none" stroke="D" stroke-width="10"/><path d="M305 200h45" stroke="D" stroke-width="14" stroke-linecap="round"/>`,
  jackets: `<path d="M150 85h100l70 50 25 150h-55l-15-75v120H125V210l-15 75H55l25-150Z" fill="M"/><path d="M200 95h50l70 50 25 140h-55l-15-75v120h-75Z" fill="D"/><path d="M150 85q50 50 100 0l-14 42h-72Z" fill="L"/><path d="M200 125v205" stroke="L" stroke-width="5"/>`,
  trousers: `<path d="M130 75h140l25 255h-70l-25-170-25 170h-70Z" fill="M"/><path d="M200 75h70l25 255h-70l-25-170Z" fill="D"/><rect x="128" y="70" width="144" height="24" rx="4" fill="L"/>`,
  "base-layers": `<path d="M145 90h110l85 60-32 58-38-22v134H130V186l-38 22-32-58Z" fill="M"/><path d="M200 90h55l85 60-32 58-38-22v134h-70Z" fill="D"/><path d="M150 90q50 56 100 0Z" fill="L"/>`,
  lighting: `<path d="M140 90h120l50 110H90Z" fill="M"/><path d="M200 90h60l50 110H200Z" fill="D"/><rect x="192" y="200" width="16" height="105" fill="D"/><ellipse cx="200" cy="312" rx="70" ry="16" fill="M"/><path d="M105 200h190l25 40H80Z" fill="L" opacity=".55"/>`,
  tableware: `<path d="M95 130h175v110a70 70 0 0 1-70 70h-35a70 70 0 0 1-70-70Z" fill="M"/><path d="M200 130h70v110a70 70 0 0 1-70 70Z" fill="D"/><path d="M270 160h20a42 42 0 0 1 0 92h-24" fill="none" stroke="D" stroke-width="18"/><ellipse cx="182" cy="130" rx="88" ry="20" fill="L"/>`,
  textiles: `<path d="M85 110q115-34 230 0 34 90 0 180-115 34-230 0-34-90 0-180Z" fill="M"/><path d="M200 93q60 0 115 17 34 90 0 180-55 17-115 17Z" fill="D"/><path d="M105 150h190M100 200h200M105 250h190" stroke="L" stroke-width="7" stroke-dasharray="22 14"/>`,
  bikes: `<g fill="none" stroke-width="11" stroke-linecap="round" stroke-linejoin="round"><circle cx="110" cy="250" r="64" stroke="D"/><circle cx="290" cy="250" r="64" stroke="D"/><path d="M110 250 160 150h100l30 100M160 150l42 100h-92M202 250l58-100M148 130h34M260 150l-8-34h34" stroke="M"/></g>`,
  bags: `<rect x="100" y="120" width="200" height="200" rx="22" fill="M"/><path d="M200 120h78a22 22 0 0 1 22 22v156a22 22 0 0 1-22 22h-78Z" fill="D"/><path d="M90 92h220v54a18 18 0 0 1-18 18H108a18 18 0 0 1-18-18Z" fill="L"/><rect x="186" y="150" width="28" height="46" rx="6" fill="D"/>`,
  safety: `<path d="M70 250a130 130 0 0 1 260 0Z" fill="M"/><path d="M200 120a130 130 0 0 1 130 130H200Z" fill="D"/><path d="M120 225q10-60 44-80M182 225v-90M244 225q-4-60-24-86" stroke="L" stroke-width="14" fill="none" stroke-linecap="round"/><rect x="58" y="246" width="284" height="24" rx="12" fill="D"/>`,
};
