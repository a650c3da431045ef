import { useSyncExternalStore } from 'react';

const watch = (changed: () => void) => {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
};

/** The room stands in the address, so that whoever is sent it comes to the same one: `#call:demo`. */
export const useRoom = (): string => useSyncExternalStore(watch, () => decodeURIComponent(location.hash.slice(1)));

export const enterRoom = (room: string): void => {
  location.hash = room;
};
