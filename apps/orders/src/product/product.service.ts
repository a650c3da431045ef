import { DomainError } from '@halftone/kernel';
import { Database, type Tx } from '@halftone/postgres';
import type { Principal } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import type { OrdersTables } from '../tables';
import { type Product, productsWithout } from './product';
import { ProductStore } from './product.store';

/** The price list, and what of it the print lab can make now, which is for operators to say. */
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

  /** Orders that are placed or begun to be printed from now on heed it. */
  async setAvailability({ role }: Principal, id: string, available: boolean): Promise<Product> {
    if (role !== 'operator') throw new DomainError('FORBIDDEN', 'only an operator says what can be made');
    const product = productsWithout(new Set()).find((each) => each.id === id);
    if (!product) throw new DomainError('PRODUCT_UNKNOWN', `there is no product ${JSON.stringify(id)}`);
    await this.db.tx((tx) => this.store.set(tx, id, available));
    return { ...product, available };
  }
}
