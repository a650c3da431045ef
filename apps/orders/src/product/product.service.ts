import { assertPermitted, DomainError } from '@halftone/kernel';
import { Database, type Tx } from '@halftone/postgres';
import type { Principal } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import type { OrdersTables } from '../tables';
import { type Product, productsWithout } from './product';
import { ProductStore } from './product.store';

/** The price list and the availability of its products. Only operators change availability. */
@Injectable()
export class ProductService {
  constructor(
    private readonly db: Database<OrdersTables>,
    private readonly store: ProductStore,
  ) {}

  async list(): Promise<Product[]> {
    return productsWithout(await this.store.unavailable());
  }

  unavailable(tx: Tx<OrdersTables>): Promise<ReadonlySet<string>> {
    return this.store.unavailable(tx);
  }

  /** Affects orders that are placed or start printing from now on. */
  async setAvailability(principal: Principal, id: string, available: boolean): Promise<Product> {
    const caller = principal.role === 'operator' ? 'operator' : 'owner';
    assertPermitted('orders.SetProductAvailability', { caller }, 'only an operator may change availability');
    const product = productsWithout(new Set()).find((each) => each.id === id);
    if (!product) throw new DomainError('PRODUCT_UNKNOWN', `there is no product ${JSON.stringify(id)}`);
    await this.db.tx((tx) => this.store.set(tx, id, available));
    return { ...product, available };
  }
}
