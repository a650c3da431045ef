import { DomainError, type ErrorDetail, isUuid, sumMinor, timesMinor } from '@halftone/kernel';
import type { OrderFacts, OrderLine } from './order';

/** What a customer asks for; nothing of it has been checked. */
export type LineRequest = Omit<OrderLine, 'unitPrice'>;

export interface Price {
  id: string;
  price: number;
  currency: string;
  available: boolean;
}

/** A request that makes sense and has its prices; only the photos are still to be looked at. */
export type Draft = Pick<OrderFacts, 'lines' | 'total' | 'currency'>;

const MAX_LINES = 100;
const MAX_QUANTITY = 1000;

/**
 * Checks the lines and puts prices on them; the caller has no say in those. Throws VALIDATION_FAILED, PRODUCT_UNKNOWN or
 * PRODUCT_UNAVAILABLE with the path of every bad field at once. The list has one currency.
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
  if (!isUuid(imageId)) findings.push({ path: `lines.${index}.imageId`, message: 'must be a UUID' });
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

const pick = ({ imageId, product, quantity }: LineRequest): LineRequest => ({ imageId, product, quantity });
