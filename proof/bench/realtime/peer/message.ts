import { marker } from '../../../harness/clients/pool/marker.ts';

/** An order's event as JSON is about as long as this. */
export const usualBytes = 200;

export const messageOf = (bytes: number): string => marker.padEnd(bytes, 'x');
