/** `id` orders and names it (`0001-orders`); `up` is SQL whose unqualified names fall into the service's own schema. */
export interface Migration {
  id: string;
  up: string;
}
