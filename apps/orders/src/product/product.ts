/** A product; `price` is per piece, in minor units of `currency`. */
export interface Product {
  id: string;
  name: string;
  price: number;
  currency: string;
  /** Whether the print lab can make it at present. */
  available: boolean;
}

type CatalogueEntry = Omit<Product, 'available'>;

const usd = (id: string, name: string, price: number): CatalogueEntry => ({ id, name, price, currency: 'USD' });

/** The price list, in one currency. An order stores its prices, so a change here does not affect placed orders. */
export const catalogue: readonly CatalogueEntry[] = [
  usd('print-10x15', 'Print, 10 × 15 cm', 29),
  usd('print-13x18', 'Print, 13 × 18 cm', 59),
  usd('print-20x30', 'Print, 20 × 30 cm', 249),
  usd('poster-50x70', 'Poster, 50 × 70 cm', 1899),
  usd('canvas-40x60', 'Canvas, 40 × 60 cm', 3999),
  usd('canvas-60x90', 'Canvas, 60 × 90 cm', 7499),
  usd('mug', 'Mug', 1499),
  usd('puzzle-1000', 'Puzzle, 1000 pieces', 2999),
];

export const productsWithout = (unavailable: ReadonlySet<string>): Product[] =>
  catalogue.map((entry) => ({ ...entry, available: !unavailable.has(entry.id) }));
