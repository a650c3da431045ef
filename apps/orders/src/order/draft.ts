import { limits } from '@halftone/contracts';
import { DomainError, type ErrorDetail, parseId, sumMinor, timesMinor } from '@halftone/kernel';
import type { OrderFacts, OrderLine } from './order';

/** One requested line, not validated yet. */
export type LineRequest = Omit<OrderLine, 'unitPrice'>;

export interface Price {
  id: string;
  price: number;
  currency: string;
  available: boolean;
}

/** A validated and priced order. The images service has not checked its photos yet. */
export type Draft = Pick<OrderFacts, 'lines' | 'total' | 'currency'>;

const MAX_LINES = limits.orderLines.value;
const MAX_QUANTITY = limits.lineQuantity.value;

/**
 * Validates the lines and sets their prices from the price list, never from the request. Throws VALIDATION_FAILED,
 * PRODUCT_UNKNOWN or PRODUCT_UNAVAILABLE with the path of every bad field. The price list has one currency.
 */
export function draftOrder(lines: readonly LineRequest[], prices: readonly Price[]): Draft {
  refuse('VALIDATION_FAILED', [...countFindings(lines), ...lines.flatMap(shapeFindings)]);
  const byId = new Map(prices.map((price) => [price.id, price]));
  refuse(
    'PRODUCT_UNKNOWN',
    lines.flatMap(({ product }, index) => (byId.has(product) ? [] : [unknown(product, index)])),
  );
  refuse(
    'PRODUCT_UNAVAILABLE',
    lines.flatMap(({ product }, index) => (byId.get(product)?.available ? [] : [unavailable(product, index)])),
  );
  const priced = lines.map((line) => ({ ...pick(line), unitPrice: byId.get(line.product)?.price ?? 0 }));
  return {
    lines: priced,
    total: sumMinor(priced.map(({ unitPrice, quantity }) => timesMinor(unitPrice, quantity))),
    currency: prices[0]?.currency ?? '',
  };
}

const countFindings = ({ length }: readonly LineRequest[]): ErrorDetail[] =>
  length >= 1 && length <= MAX_LINES ? [] : [{ path: 'lines', message: `must be 1 to ${MAX_LINES} lines` }];

function shapeFindings({ imageId, quantity }: LineRequest, index: number): ErrorDetail[] {
  const findings: ErrorDetail[] = [];
  if (parseId(imageId) === undefined) findings.push({ path: `lines.${index}.imageId`, message: 'must be a UUID' });
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > MAX_QUANTITY) {
    findings.push({ path: `lines.${index}.quantity`, message: `must be a whole number from 1 to ${MAX_QUANTITY}` });
  }
  return findings;
}

const unknown = (product: string, index: number): ErrorDetail => ({
  path: `lines.${index}.product`,
  message: `there is no product ${JSON.stringify(product)}`,
});

const unavailable = (product: string, index: number): ErrorDetail => ({
  path: `lines.${index}.product`,
  message: `${product} cannot be made now`,
});

function refuse(
  code: 'VALIDATION_FAILED' | 'PRODUCT_UNKNOWN' | 'PRODUCT_UNAVAILABLE',
  findings: readonly ErrorDetail[],
): void {
  const [first] = findings;
  if (first) throw new DomainError(code, `${first.path}: ${first.message}`, findings);
}

const pick = ({ imageId, product, quantity }: LineRequest): LineRequest => ({
  imageId: parseId(imageId) ?? imageId,
  product,
  quantity,
});
