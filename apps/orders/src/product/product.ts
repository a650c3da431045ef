/** What can be ordered, and what one piece costs in minor units of `currency`. */
export interface Product {
  id: string;
  name: string;
  price: number;
  currency: string;
  /** Whether the print lab can make it now. */
  available: boolean;
}

type Offer = Omit<Product, 'available'>;

const usd = (id: string, name: string, price: number): Offer => ({ id, name, price, currency: 'USD' });

/** One price list in one currency. An order keeps the prices it was placed at, so a change here touches no placed order. */
export const catalogue: readonly Offer[] = [
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
  catalogue.map((offer) => ({ ...offer, available: !unavailable.has(offer.id) }));
