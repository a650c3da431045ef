import { marker } from '../../../crowd/marker.ts';

/** 200 bytes, as long as an order's event as JSON. */
export const message = marker.padEnd(200, 'x');
